using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Gating;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class SequentialAccuracyTests
{
    /// <summary>
    /// Stops computed by a program in another language, from the definition of the hedged capital process without replacement (its capital
    /// as a sum of logarithms, its bounds by bisection), on 0/1 sequences from a linear congruential generator.
    /// </summary>
    [Theory]
    [InlineData(100, 0.5, 5, 2, 1, 97, 56, 0.56, 0.59)]
    [InlineData(300, 0.6, 1, 5, 1, 261, 160, 0.5654834, 0.6633333)]
    [InlineData(500, 0.95, 3, 3, 1, 224, 214, 0.920794, 0.98)]
    [InlineData(500, 0.95, 3, 3, 16, 224, 214, 0.920794, 0.98)]
    [InlineData(600, 0.6, 7, 4, 1, 539, 338, 0.5856645, 0.665)]
    [InlineData(600, 0.6, 7, 4, 16, 544, 342, 0.5868622, 0.6633333)]
    [InlineData(1273, 0.6, 1, 2, 1, 1207, 718, 0.5766497, 0.615868)]
    public void A_run_stops_where_the_definition_says(
        int questions, double share, int seed, int points, int betweenLooks, int stop, int right, double lower, double upper)
    {
        var sequential = new SequentialAccuracy(Target(points, questions));
        var (asked, known) = (0, 0);
        foreach (var value in Sequence(questions, share, (ulong)seed))
        {
            sequential.Add("medqa", value);
            known += value ? 1 : 0;
            if (++asked % betweenLooks == 0 && sequential.IsReached)
            {
                break;
            }
        }

        var interval = sequential.IntervalOf(null)!.Value;
        Assert.Equal((stop, right), (asked, known));
        Assert.Equal(lower, interval.Lower, 1e-6);
        Assert.Equal(upper, interval.Upper, 1e-6);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.95)]
    public void The_interval_at_the_stop_holds_though_each_question_was_a_look(double share)
    {
        const int Questions = 200, Simulations = 300;
        var random = new Random((int)(1000 * share));
        var set = Enumerable.Range(0, Questions).Select(index => index < Questions * share).ToArray();
        var (missed, early) = (0, 0);
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            random.Shuffle(set);
            var sequential = new SequentialAccuracy(Target(6, Questions));
            var asked = 0;
            while (!sequential.IsReached)
            {
                sequential.Add("medqa", set[asked++]);
            }

            missed += sequential.IntervalOf(null)!.Value.Contains(share) ? 0 : 1;
            early += asked < Questions ? 1 : 0;
        }

        // 5 of 100 may miss; 15 of 300 and three standard deviations more are 26.
        Assert.InRange(missed, 0, 26);
        Assert.Equal(Simulations, early);
    }

    [Fact]
    public void Every_data_set_must_be_known_as_precisely_and_so_must_all_together()
    {
        var sequential = new SequentialAccuracy(new AccuracyTarget(10, [new("medqa", 100), new("mmlu", 40)]));
        for (var question = 0; question < 100; question++)
        {
            sequential.Add("medqa", question % 2 == 0);
        }

        Assert.Equal(new Interval(0.5, 0.5), sequential.IntervalOf("medqa"));
        Assert.False(sequential.IsReached);
        for (var question = 0; question < 40; question++)
        {
            sequential.Add("mmlu", right: true);
        }

        Assert.True(sequential.IsReached);
        Assert.Equal(90.0 / 140, sequential.IntervalOf(null)!.Value.Lower, 1e-12);
        Assert.Null(sequential.IntervalOf("other"));
    }

    [Fact]
    public void What_is_not_known_of_a_question_holds_up_the_stop()
    {
        var sequential = new SequentialAccuracy(Target(25, 8));
        sequential.Add(Of(0, "A", 'A'));
        sequential.Add(Failed(1, gold: null));
        Assert.False(sequential.IsHeldUp);
        sequential.Add(Failed(2, 'A'));
        for (var ordinal = 3; ordinal < 10; ordinal++)
        {
            sequential.Add(Of(ordinal, "A", 'A'));
        }

        Assert.Equal((true, false), (sequential.IsHeldUp, sequential.IsReached));

        // The model's own failure is an answer: a wrong one.
        var unparsed = new SequentialAccuracy(Target(25, 8));
        for (var ordinal = 0; ordinal < 8; ordinal++)
        {
            unparsed.Add(Of(ordinal, "-", 'A'));
        }

        Assert.Equal(new Interval(0, 0), unparsed.IntervalOf(null));
        Assert.True(unparsed.IsReached);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("±2 %", 2)]
    [InlineData("+-2.5%", 2.5)]
    [InlineData(" ± 0.1 ", 0.1)]
    [InlineData("25", 25)]
    public void Half_widths_are_read(string text, double points)
    {
        Assert.True(AccuracyTarget.TryParse(text, out var read));
        Assert.Equal((decimal)points, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("60 %")]
    [InlineData("0.02")]
    [InlineData("2,5")]
    [InlineData("two")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("2.00001")]
    [InlineData("1e1")]
    public void Other_half_widths_are_refused(string? text) => Assert.False(AccuracyTarget.TryParse(text, out _));

    [Fact]
    public void A_stopped_report_has_its_own_interval_and_none_for_a_fixed_number()
    {
        var report = Stopped(out var interval);
        Assert.Equal(new StoppedEarly(224, 500, 3, interval), report.StoppedEarly);
        Assert.False(report.Provisional);
        Assert.Equal((0, 276), (report.Questions.Waiting, report.Questions.NotAsked));
        Assert.Equal((interval, null, null, null), (report.Accuracy.Interval!.Value, report.Accuracy.StandardError, report.Accuracy.IntervalOfUnrelated, report.Accuracy.Clusters));
        Assert.Equal(interval, Assert.Single(report.Datasets).Accuracy.Interval);
        Assert.Equal(interval, report.MacroAccuracy!.Interval);
        Assert.All(report.Topics, static topic => Assert.Null(topic.Accuracy.Interval));
        Assert.All(report.Letters, static letter => Assert.Null(letter.Interval));
        Assert.Null(report.Confidence!.Intervals);
        Assert.All(report.Confidence.Deferral, static point => Assert.Null(point.Interval));
        Assert.All(report.Confidence.Levels, static level => Assert.Null(level.KeptInterval));

        var (markdown, html, json) = (ReportMarkdown.Write(report), ReportHtml.Write(report), ReportJson.Write(report));
        Assert.Equal(report.StoppedEarly, ReportJson.Read(json).StoppedEarly);
        foreach (var text in (string[])[markdown, html])
        {
            Assert.Contains("Stopped after 224 of 500 questions, which were asked in a random order: the 95 % interval is within", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Clopper-Pearson", text, StringComparison.Ordinal);
        }

        Assert.Contains("after 224 of 500 questions: the interval is within ±3 points", ReportBlocks.Summary(report).Single(static row => row.Name == "Stopped early").Line, StringComparison.Ordinal);
        Assert.DoesNotContain("Clopper-Pearson", ReportMarkdown.WriteCard(report), StringComparison.Ordinal);
        Assert.Contains("stopped early", Assert.Throws<InputException>(() => GuaranteedDeferral.Of(report with { QuestionSetHash = "11", Asked = null, Circumstances = report.Circumstances with { Run = "development" } }, report with { Asked = null })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gate_judges_a_stopped_run_by_its_own_interval_or_not_at_all()
    {
        GateRule[] rules =
        [
            new() { Measure = GateMeasure.Accuracy, Least = 0.9 },
            new() { Measure = GateMeasure.Accuracy, Dataset = "medqa", Least = 0.99 },
            new() { Measure = GateMeasure.Accuracy, Topic = "heart", Least = 0.5 },
            new() { Measure = GateMeasure.Loss, Most = 0.5 },
            new() { Measure = GateMeasure.CalibrationError, Most = 1 },
            new() { Measure = GateMeasure.Failures, Most = 0 },
        ];
        var judged = Gate.Of(new GatePolicy { Rules = [.. rules] }, Gated("new", Target(3, 500)), Gated("old", null));
        Assert.Equal(
            [GateOutcome.Pass, GateOutcome.Fail, GateOutcome.Inconclusive, GateOutcome.Inconclusive, GateOutcome.Inconclusive, GateOutcome.Pass],
            judged.Rules.Select(static rule => rule.Outcome));

        var sequential = new SequentialAccuracy(Target(3, 500), judged.EachConfidence);
        Sequence(500, 0.95, 3).Take(224).ToList().ForEach(right => sequential.Add("medqa", right));
        Assert.Equal(sequential.IntervalOf(null), judged.Rules[0].Interval);
        Assert.Contains("On all 500 questions the accuracy is between", judged.Rules[0].Reason, StringComparison.Ordinal);
        Assert.Contains("new stopped early, by what it saw", judged.Rules[3].Reason, StringComparison.Ordinal);
        var baseline = Gate.Of(new GatePolicy { Rules = [rules[3]] }, Gated("new", null), Gated("old", Target(3, 500)));
        Assert.Contains("old stopped early", Assert.Single(baseline.Rules).Reason, StringComparison.Ordinal);

        static GatedRun Gated(string name, AccuracyTarget? stopped)
        {
            var run = new GatedRun(new ComparedRun(name) { Stopped = stopped }, Profile(samples: 2));
            Asked().ForEach(run.Add);
            return run;
        }
    }

    [Fact]
    public void A_comparison_with_a_stopped_run_counts_common_questions_in_the_order_in_which_it_asked()
    {
        // The complete run has the questions in the file's order, which is the other way round.
        var (complete, stopped) = (new ComparedRun("complete"), new ComparedRun("stopped") { Stopped = Target(3, 500) });
        foreach (var answered in Asked())
        {
            stopped.Add(answered);
            complete.Add(answered with { Ordinal = 499 - answered.Ordinal, Answer = (answered.Gold + 1) % 3 });
        }

        for (var ordinal = 224; ordinal < 500; ordinal++)
        {
            complete.Add(Of(ordinal, "AA", 'A') with { Ordinal = 499 - ordinal });
        }

        foreach (var comparison in (RunComparison[])[RunComparison.Of([complete, stopped]), RunComparison.Of([stopped, complete])])
        {
            var pair = Assert.Single(comparison.Pairs);
            Assert.Equal((224, 224), (pair.Questions, pair.Anytime!.Questions));
            Assert.Contains(comparison.Warnings, static warning => warning.StartsWith("Stopped early, by what was seen: stopped. Only questions that both runs", StringComparison.Ordinal));
            Stopped(out var interval);
            Assert.Equal(interval, comparison.Accuracies.Single(static row => row.Runs.Contains("stopped")).Cells[0].Interval);
        }

        var sequence = new ConfidenceSequence();
        Asked().ForEach(answered => sequence.Add(answered.Answer == answered.Gold ? 1 : 0.5));
        Assert.Equal((2 * sequence.Interval.Lower) - 1, RunComparison.Of([complete, stopped]).Pairs[0].Anytime!.Interval.Lower, 1e-12);
    }

    private static AccuracyTarget Target(decimal points, int questions) => new(points, [new("medqa", questions)]);

    private static RunReport Stopped(out Interval interval)
    {
        var accumulator = new ReportAccumulator(stopped: Target(3, 500));
        var sequential = new SequentialAccuracy(Target(3, 500));
        foreach (var answered in Asked())
        {
            accumulator.Add(answered);
            sequential.Add(answered);
        }

        interval = sequential.IntervalOf(null)!.Value;
        return accumulator.Build(Header(500, profile: Profile(samples: 2)));
    }

    /// <summary>The first 224 questions of the sequence that stops there at ±3 points.</summary>
    private static List<AnsweredQuestion> Asked() =>
        [.. Sequence(500, 0.95, 3).Take(224).Select(static (right, ordinal) => Of(ordinal, right ? "AA" : "BA", right ? 'A' : 'C', topic: ordinal % 2 == 0 ? "heart" : "lung"))];

    private static IEnumerable<bool> Sequence(int questions, double share, ulong seed)
    {
        for (var question = 0; question < questions; question++)
        {
            seed = unchecked((seed * 6364136223846793005) + 1442695040888963407);
            yield return (seed >> 33) < share * (1UL << 31);
        }
    }
}
