using MedQA.Cli.Commands;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Cli.Tests.Commands;

public sealed class CommandWorkTests
{
    public static TheoryData<FaultException, int> Faults => new()
    {
        { new InputException(new FaultLocation("cases.csv", 3), "the row has no options", "Write them"), 2 },
        { InputException.Of("--threads", "is '0', but must be 1 or more."), 2 },
        { new ContextOverflowException(9000, 1, 8192), 2 },
        { new UnusableException("model.onnx", "it is empty", "Fetch it again"), 1 },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Whose_fault_it_is_says_the_exit_code_and_the_message_says_what_and_where_and_what_to_do(FaultException fault, int code)
    {
        Assert.Equal(code, CommandWork.CodeOf(fault));
        Assert.Equal(fault.Message, CommandWork.SentenceOf(fault));
        Assert.All([fault.Sentence, fault.Location.Source ?? "", fault.Remedy ?? ""], part => Assert.Contains(part, CommandWork.SentenceOf(fault), StringComparison.Ordinal));
    }

    [Fact]
    public void What_nobody_has_thought_of_has_no_exit_code() => Assert.Null(CommandWork.CodeOf(new InvalidOperationException()));
}
