using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class GuaranteedDeferralTests
{
    /// <summary>100 unanimous answers, all right, and some split ones, half of them wrong. Questions are told apart by numbers from the first on.</summary>
    private static RunReport Run(int split, ReportHeader? header = null, int first = 0) => Report(
        (header ?? Header(100 + split)) with { Rows = 100 + split, Run = $"run{first}", QuestionSetHash = $"hash{first}" },
        [
            .. Enumerable.Range(0, 100).Select(static ordinal => Of(ordinal, "AAAAA", 'A'))
                .Concat(Enumerable.Range(100, split).Select(static ordinal => Of(ordinal, "AAABB", ordinal % 2 == 0 ? 'A' : 'B')))
                .Select(answered => answered with { QuestionFingerprint = $"{first + answered.Ordinal:x16}" }),
        ]);

    private static RunReport Development(int split, ReportHeader? header = null) => Run(split, header, first: 10_000);

    [Fact]
    public void A_threshold_from_the_development_run_is_applied_to_the_run()
    {
        var guarantee = GuaranteedDeferral.Of(Development(100), Run(60));
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
        var guarantee = GuaranteedDeferral.Of(Development(100), Run(60), accuracy: 0.999);
        Assert.Null(guarantee.Threshold);
        Assert.Contains("no threshold guarantees at least 99.9 %", ReportMarkdown.Write(Run(60) with { Guarantee = guarantee }));
    }

    [Fact]
    public void The_runs_own_questions_are_refused_however_they_come()
    {
        Refused("this run's own questions", Run(60), Run(60));
        Refused("this run's own questions", Run(60) with { QuestionSetHash = "other" }, Run(60));
        Refused("this run's own questions", Development(60) with { QuestionSetHash = "hash0" }, Run(60));
        Refused("All questions of this run", Run(100, first: 1) with { Asked = Run(100).Asked }, Run(60));

        static void Refused(string why, RunReport development, RunReport report) =>
            Assert.Contains(why, Assert.Throws<InputException>(() => GuaranteedDeferral.Of(development, report)).Message);
    }

    [Fact]
    public void Shared_questions_are_counted_and_warned_about()
    {
        var guarantee = GuaranteedDeferral.Of(Run(100, first: 150), Run(60));
        Assert.Equal(10, guarantee.SharedQuestions);
        Assert.Contains("asked 10 of this run's 160 questions too", guarantee.Warnings.Single());
        Assert.Contains("asked 10 of this run's 160 questions too", ReportMarkdown.Write(Run(60) with { Guarantee = guarantee }));
        Assert.Contains("asked 120 of this run's 160 questions too", GuaranteedDeferral.Of(Run(20, first: 1) with { Asked = Run(20).Asked }, Run(60)).Warnings.Single());
        Assert.Empty(GuaranteedDeferral.Of(Development(100), Run(60)).Warnings);
        Assert.Contains("is not known", GuaranteedDeferral.Of(Development(100) with { Asked = null }, Run(60)).Warnings.Single());
    }

    [Fact]
    public void A_threshold_counts_answers_of_one_cluster_together()
    {
        var header = Header(0) with { Run = "dev", QuestionSetHash = null };
        RunReport Clustered(int size) => Report(header with { Rows = 200 }, Enumerable.Range(0, 200).Select(ordinal => Of(ordinal, "AAAAA", ordinal < 190 ? 'A' : 'B') with { QuestionFingerprint = $"{10_000 + ordinal:x16}", Cluster = $"{20_000 + (ordinal / size):x16}" }));
        Assert.NotNull(GuaranteedDeferral.Of(Clustered(1), Run(60)).Threshold);
        Assert.Null(GuaranteedDeferral.Of(Clustered(5), Run(60)).Threshold);
    }

    [Fact]
    public void Runs_of_another_model_protocol_or_state_are_refused()
    {
        Refused("one model", Development(2, Header(0) with { ModelFingerprint = "other" }), Run(2));
        Refused("one protocol", Development(2, Header(0, profile: Profile() with { Seed = 9 })), Run(2));
        Refused("not answered yet", Development(2, Header(0) with { Finished = null }), Run(2));
        Refused("version 1 of the evaluation's rules", Development(2, Header(0) with { EvaluationRules = "1" }), Run(2, Header(0) with { EvaluationRules = "2" }));
        Refused("no agreement to defer by", Report(Header(1) with { Run = "other", QuestionSetHash = null }, Of(0, "A", 'A') with { QuestionFingerprint = "" }), Report(Header(1), Of(0, "A", 'A')));

        static void Refused(string why, RunReport development, RunReport report) =>
            Assert.Contains(why, Assert.Throws<InputException>(() => GuaranteedDeferral.Of(development, report)).Message);
    }
}
