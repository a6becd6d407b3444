using MedQA.Evaluation.Reporting;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class GuaranteedDeferralTests
{
    /// <summary>100 unanimous answers, all right, and some split ones, half of them wrong.</summary>
    private static RunReport Run(int split, ReportHeader? header = null) => Report(
        (header ?? Header(100 + split)) with { Rows = 100 + split },
        [.. Enumerable.Range(0, 100).Select(static ordinal => Of(ordinal, "AAAAA", 'A')), .. Enumerable.Range(100, split).Select(static ordinal => Of(ordinal, "AAABB", ordinal % 2 == 0 ? 'A' : 'B'))]);

    [Fact]
    public void A_threshold_from_the_development_run_is_applied_to_the_run()
    {
        var guarantee = GuaranteedDeferral.Of(Run(100), Run(60));
        Assert.Equal((0.8, 100, 100), (guarantee.Threshold!.Threshold, guarantee.Threshold.Kept, guarantee.Threshold.Right));
        Assert.Equal((100, 100), (guarantee.Kept, guarantee.Right));
        Assert.Equal(100.0 / 160, guarantee.Coverage!.Value, 1e-12);
        var markdown = ReportMarkdown.Write(Run(60) with { Guarantee = guarantee });
        Assert.Contains("Threshold 0.800 guarantees at least 90.0 % right among the answered, with 95.0 % confidence", markdown);
        Assert.Contains("keeps 62.5 % of the answers, 100/100 of them right", markdown);
    }

    [Fact]
    public void Where_nothing_can_be_guaranteed_the_report_says_so()
    {
        var guarantee = GuaranteedDeferral.Of(Run(100), Run(60), accuracy: 0.999);
        Assert.Null(guarantee.Threshold);
        Assert.Contains("no threshold guarantees at least 99.9 %", ReportMarkdown.Write(Run(60) with { Guarantee = guarantee }));
    }

    [Fact]
    public void Runs_of_another_model_protocol_or_state_are_refused()
    {
        Refused("one model", Run(2, Header(0) with { ModelFingerprint = "other" }), Run(2));
        Refused("one protocol", Run(2, Header(0, profile: Profile() with { Seed = 9 })), Run(2));
        Refused("not answered yet", Run(2, Header(0) with { Finished = null }), Run(2));
        Refused("no agreement to defer by", Report(Header(1), Of(0, "A", 'A')), Report(Header(1), Of(0, "A", 'A')));

        static void Refused(string why, RunReport development, RunReport report) =>
            Assert.Contains(why, Assert.Throws<RunComparisonException>(() => GuaranteedDeferral.Of(development, report)).Message);
    }
}
