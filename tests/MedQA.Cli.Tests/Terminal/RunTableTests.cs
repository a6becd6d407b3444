using MedQA.Cli.Terminal;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Strategies;
using Spectre.Console.Testing;

namespace MedQA.Cli.Tests.Terminal;

public sealed class RunTableTests
{
    [Fact]
    public void A_run_with_a_report_shows_what_the_reports_sections_come_to_and_no_figure_of_its_own()
    {
        var accumulator = new ReportAccumulator();
        accumulator.Add(new AnsweredQuestion { Ordinal = 0, Id = "q", Dataset = "d", OptionCount = 2, Gold = 0, Answer = 0, Votes = [1, 0], Reasonings = [], Seconds = 2 });
        var report = accumulator.Build(new ReportHeader
        {
            Run = "abcdefghijklmnop", QuestionSet = "set.csv", Protocol = new Protocol(BuiltInProfiles.Default, []), Model = "small", ModelFingerprint = "beef", EvaluationRules = "2", Rows = 1,
        }) with { Guarantee = new GuaranteedDeferral { Development = "dev.csv", TargetAccuracy = 0.9, Confidence = 0.95 } };
        using var output = new TestConsole();
        output.Profile.Width = 400;

        RunTable.Write(new HostConsole(output, new TestConsole()), new RunResource { Id = "abcdefghijklmnop", Name = "set.csv", State = RunState.Completed, Profile = "self-consistency", Strategy = "self-consistency", Samples = 11, Model = "small", ModelFingerprint = "beef" }, report);

        var rows = output.Lines.Where(static line => line.StartsWith('│')).Select(static line => line.Trim('│').Split('│').Select(static cell => cell.Trim()).ToArray()).Select(static cells => (cells[0], cells[1])).ToList();
        Assert.Equal(["Run", "Question set", "Profile", "Model"], rows.Take(4).Select(static row => row.Item1));
        Assert.Equal(ReportBlocks.Summary(report).Select(static row => (row.Name, row.Line)), rows.Skip(4));
    }
    [Theory]
    [InlineData("small", "large", true)]
    [InlineData("small", "small", false)]
    public void A_list_of_runs_names_their_models_where_there_are_several(string one, string two, bool isShown)
    {
        using var output = new TestConsole();
        output.Profile.Width = 400;
        RunTable.Write(new HostConsole(output, new TestConsole()), [Run(one), Run(two)], isSelected: false);
        Assert.Equal(isShown, output.Output.Contains("Model", StringComparison.Ordinal));
        Assert.Equal(isShown, output.Output.Contains(two, StringComparison.Ordinal));

        static RunResource Run(string model) => new()
        {
            Id = "abcdefghijklmnop", Name = "set.csv", State = RunState.Completed, Profile = "few-shot", Strategy = "few-shot", Samples = 1, Model = model, ModelFingerprint = "beef",
        };
    }
}
