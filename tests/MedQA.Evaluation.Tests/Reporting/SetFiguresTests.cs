using System.Text;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Strategies;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class SetFiguresTests
{
    /// <summary>Right options and chosen ones of six questions with five options each; the last has no answer.</summary>
    private static readonly (string Gold, string? Answer)[] Six =
        [("ABD", "ABD"), ("A", "AC"), ("BCE", "BE"), ("D", "D"), ("AC", "BD"), ("CDE", null)];

    private static readonly Profile Asking = BuiltInProfiles.Default with { Samples = 2 };

    private static AnsweredQuestion Answered(int ordinal, string gold, string? answer, string? second = null)
    {
        string?[] said = [answer, second ?? answer];
        var votes = said.OfType<string>().CountBy(static letters => letters).ToList();
        return new AnsweredQuestion
        {
            Ordinal = ordinal,
            Id = $"q{ordinal}",
            Dataset = "cmb",
            QuestionFingerprint = $"{ordinal + 1:x16}",
            OptionCount = 5,
            SeveralRight = true,
            GoldSet = OptionSet.Find(gold),
            AnswerSet = OptionSet.Find(answer),
            SetVotes = [.. votes.Select(static vote => new SetVotes(OptionSet.Find(vote.Key)!.Value, vote.Value)).OrderBy(static vote => vote.Options.Bits)],
            SamplesAsked = 2,
            Reasonings = [.. said.Select(static (letters, index) => new Reasoning
            {
                Index = index,
                Text = "",
                Tokens = [],
                LogLikelihood = -1,
                DrawnTokens = 1,
                End = SampleEnd.EndToken,
                AnswerSet = OptionSet.Find(letters),
            })],
        };
    }

    private static RunReport Report(params IEnumerable<AnsweredQuestion> answers)
    {
        var report = new ReportAccumulator();
        foreach (var answered in answers)
        {
            report.Add(answered);
        }

        return report.Build(new ReportHeader
        {
            Run = "run",
            QuestionSet = "cmb.csv",
            Protocol = Protocol.Of(Asking, ["cmb"]),
            Model = "model",
            ModelFingerprint = "00",
            EvaluationRules = EvaluationRules.Version,
            Rows = report.Count,
            Created = DateTimeOffset.UnixEpoch,
            Finished = DateTimeOffset.UnixEpoch,
        });
    }

    /// <summary>
    /// Computed apart, in Python over the five indicators of each row: 7 true positives, 3 false ones and 6 false negatives, as
    /// scikit-learn's precision_score and recall_score with average="micro" count them.
    /// </summary>
    [Fact]
    public void Precision_and_recall_count_options_and_accuracy_counts_sets()
    {
        var report = Report(Six.Select(static (pair, ordinal) => Answered(ordinal, pair.Gold, pair.Answer)));

        var sets = report.Sets!;
        Assert.Equal((6, 13, 10, 7), (sets.Questions, sets.Right, sets.Chosen, sets.Both));
        Assert.Equal(7 / 10.0, sets.Precision);
        Assert.Equal(7 / 13.0, sets.Recall);
        Assert.Equal((1, 1), (sets.TooMany, sets.TooFew));
        Assert.Equal((2, 6, 1), (report.Accuracy.Correct, report.Accuracy.Scored, report.Accuracy.Unanswered));
        Assert.Equal(1 / 31.0, report.Accuracy.Chance!.Value, 1e-12);
        Assert.Null(report.Accuracy.OptionsEach);
        Assert.Empty(report.Letters);
        Assert.Equal(1, report.Questions.Unanswered);
        Assert.Equal(0, report.Questions.WithoutGold);
        Assert.Equal(Interval((3, 3), (2, 1), (2, 2), (1, 1), (2, 0)), sets.PrecisionInterval);
        Assert.Equal(Interval((3, 3), (1, 1), (3, 2), (1, 1), (2, 0), (3, 0)), sets.RecallInterval);

        // The options of a question are one cluster.
        static Interval Interval(params (int Count, int Successes)[] questions) => ClusteredInterval.Proportion(questions);
    }

    [Fact]
    public void Calibration_samples_and_ties_are_of_whole_sets()
    {
        var report = Report(Answered(0, "AB", "AB", "AB"), Answered(1, "AB", "A", "AB"), Answered(2, "C", "BC", null), Answered(3, "D", "D", "D"));

        Assert.Equal(4, report.Confidence!.Questions);
        Assert.Equal([(1, 1, 0, 1), (2, 3, 2, 1)], report.Agreement.Histogram.Select(static level => (level.Votes, level.Questions, level.Correct, level.Wrong)));
        Assert.Equal(4, report.Samples!.Questions);
    }

    [Fact]
    public void A_report_without_sets_says_nothing_of_them()
    {
        var single = Answered(0, "A", "A") with { SeveralRight = false, GoldSet = null, AnswerSet = null, SetVotes = null, Gold = 0, Answer = 0, Votes = [2, 0, 0, 0, 0] };

        var report = Report(single with { Reasonings = [] });

        Assert.Null(report.Sets);
        Assert.DoesNotContain("\"sets\"", Encoding.UTF8.GetString(ReportJson.Write(report)));
    }

    [Fact]
    public void Markdown_and_JSON_say_both_figures_and_what_is_done_with_what_is_not_read()
    {
        var report = Report(Six.Select(static (pair, ordinal) => Answered(ordinal, pair.Gold, pair.Answer)));

        var markdown = ReportMarkdown.Write(report);
        Assert.Contains("## Several right options", markdown);
        Assert.Contains("70.0 %", markdown);
        Assert.Contains("nothing is forced", markdown);
        Assert.DoesNotContain("Positions of the right option", markdown);
        Assert.Equal(report.Sets, ReportJson.Read(ReportJson.Write(report)).Sets);
    }

    [Fact]
    public void Runs_are_compared_by_sets_and_never_with_a_run_of_one_right_option()
    {
        var (one, two) = (new ComparedRun("one"), new ComparedRun("two"));
        foreach (var ordinal in Enumerable.Range(0, 3))
        {
            one.Add(Answered(ordinal, "AB", ordinal == 0 ? "A" : "AB"));
            two.Add(Answered(ordinal, "AB", "AB"));
        }

        var pair = RunComparison.Of([one, two]).Pairs[0];
        Assert.Equal((0, 1), (pair.Test.OnlyFirst, pair.Test.OnlySecond));

        var single = new ComparedRun("single");
        single.Add(Answered(0, "AB", "A") with { SeveralRight = false, GoldSet = null, AnswerSet = null, Gold = 0, Answer = 0, QuestionFingerprint = "00000000000000ff" });
        Assert.Contains("one of them takes several options for right", Assert.Throws<InputException>(() => RunComparison.Of([one, single])).Message);
    }

    [Fact]
    public void A_replay_votes_over_sets()
    {
        var replay = new ReplayAccumulator(Asking);
        foreach (var ordinal in Enumerable.Range(0, 4))
        {
            replay.Add(Answered(ordinal, "AB", ordinal == 0 ? "A" : "AB"));
        }

        var report = replay.Build(Report(Answered(0, "AB", "AB")));

        Assert.Equal(4, report.Questions);
        Assert.Equal(3, report.Strategies[0].Correct);
    }
}
