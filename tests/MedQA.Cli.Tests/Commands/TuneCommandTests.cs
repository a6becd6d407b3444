using MedQA.Cli.Commands;
using MedQA.Evaluation;

namespace MedQA.Cli.Tests.Commands;

public sealed class TuneCommandTests
{
    private static readonly string Reasoner = Repository.PathOf("models", "reasoner");

    [Fact]
    public void A_models_name_becomes_its_folder() =>
        Assert.Equal(["--data", "a.csv", "--model", Reasoner, "--steps", "2"], TuneCommand.WithModel(["--data", "a.csv", "--model", "reasoner", "--steps", "2"]));

    [Fact]
    public void Without_a_model_that_of_the_settings_is_tuned_for()
    {
        var arguments = TuneCommand.WithModel(["--data", "a.csv"]);
        Assert.Equal(["--data", "a.csv", "--model"], arguments[..^1]);
        Assert.True(File.Exists(Path.Combine(arguments[^1], "tokenizer.json")), arguments[^1]);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--data", "a.csv", "--model=x")]
    [InlineData("--data", "a.csv", "--model")]
    public void What_asks_for_no_model_or_names_a_folder_itself_is_handed_on_as_it_is(params string[] arguments) => Assert.Equal(arguments, TuneCommand.WithModel(arguments));

    [Fact]
    public void A_model_that_is_nowhere_is_refused_by_name() =>
        Assert.Contains("'none'", Assert.Throws<InputException>(() => TuneCommand.WithModel(["--model", "none"])).Message, StringComparison.Ordinal);
}
