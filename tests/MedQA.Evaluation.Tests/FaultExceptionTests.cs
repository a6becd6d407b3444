namespace MedQA.Evaluation.Tests;

public sealed class FaultExceptionTests
{
    [Fact]
    public void The_message_says_where_what_and_what_to_do()
    {
        var fault = new InputException(new FaultLocation("cases.csv", 3), "the row has no options", "Write them into columns of their own");

        Assert.Equal("cases.csv, line 3: the row has no options. Write them into columns of their own.", fault.Message);
        Assert.Equal(("the row has no options.", "Write them into columns of their own."), (fault.Sentence, fault.Remedy));
        Assert.Equal("the row has no options. Write them into columns of their own.", fault.Explanation);
    }

    [Theory]
    [InlineData("it is empty", "Fetch it again", "model.onnx: it is empty. Fetch it again.")]
    [InlineData("it is empty.", "Fetch it again.", "model.onnx: it is empty. Fetch it again.")]
    [InlineData("it is empty", "Was it fetched?", "model.onnx: it is empty. Was it fetched?")]
    public void Each_sentence_has_one_end(string problem, string remedy, string message) =>
        Assert.Equal(message, new UnusableException("model.onnx", problem, remedy).Message);

    [Fact]
    public void A_sentence_that_says_it_all_is_left_as_it_is()
    {
        var fault = new InputException("No runs yet. Start one: medqa run samples/medqa.csv");

        Assert.Equal("No runs yet. Start one: medqa run samples/medqa.csv", fault.Message);
        Assert.Equal((new FaultLocation(), null), (fault.Location, fault.Remedy));
    }

    [Fact]
    public void A_setting_is_named_in_the_sentence_and_as_its_place()
    {
        var fault = InputException.Of("--threads", "is '0', but must be 1 or more.");

        Assert.Equal("--threads is '0', but must be 1 or more.", fault.Message);
        Assert.Equal(new FaultLocation(Parameter: "--threads"), fault.Location);
    }
}
