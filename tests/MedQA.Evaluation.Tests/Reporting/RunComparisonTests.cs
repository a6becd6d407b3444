using System.Text;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class RunComparisonTests
{
    [Fact]
    public void Pairs_are_counted_on_the_questions_that_both_runs_answered()
    {
        var first = Run("first", "RRRRRRWW--", from: 0);
        var second = Run("second", "RRWWWWRW", from: 0);
        var pair = RunComparison.Of([first, second]).Pairs.Single();
        Assert.Equal((8, 2, 0), (pair.Questions, pair.LeftOutOfFirst, pair.LeftOutOfSecond));
        Assert.Equal((2, 4, 1, 1), (pair.BothRight, pair.Test.OnlyFirst, pair.Test.OnlySecond, pair.NeitherRight));
        Assert.Equal((0.75, 0.375, -0.375), (pair.FirstAccuracy, pair.SecondAccuracy, pair.Difference));
        Assert.Equal(McNemar.Test(4, 1), pair.Test);
        Assert.Equal(pair.Test.MidP, pair.HolmP);
        double[] a = [1, 1, 1, 1, 1, 1, 0, 0], b = [1, 1, 0, 0, 0, 0, 1, 0];
        Assert.Equal(StandardErrors.Paired(a, b).StandardError * Math.Sqrt(7.0 / 8), pair.StandardError, 1e-12);
        Assert.True(pair.Interval.Contains(pair.Difference));
        Assert.Equal(PairedInterval.Tango(1, 4, 8), pair.Interval);
        var (change, said) = (ReportBlocks.Write(RunComparison.Of([second, first])), ReportBlocks.Write(RunComparison.Of([first, second])));
        Assert.Contains("The second run is 37.5 points better than the first.", Encoding.UTF8.GetString(change), StringComparison.Ordinal);
        Assert.Contains("The second run is 37.5 points worse than the first.", Encoding.UTF8.GetString(said), StringComparison.Ordinal);
        Assert.True(pair.Rough);
    }

    [Fact]
    public void Holm_corrects_for_every_pair_and_data_set()
    {
        ComparedRun[] runs = [.. new[] { "RRRRRRRRRR", "RRWWWWWWWW", "WWWWWWWWWW" }.Select((outcomes, index) => Run($"run {index}", outcomes, 0, "medqa", "pubmedqa"))];
        var comparison = RunComparison.Of(runs);

        // Three pairs, each on two data sets and on both together.
        Assert.Equal(9, comparison.FamilySize);
        Assert.Equal(["medqa", "pubmedqa", null], comparison.Pairs.Take(3).Select(static pair => pair.Dataset));
        Assert.Equal(Holm.Adjust([.. comparison.Pairs.Select(static pair => pair.Test.MidP)]), comparison.Pairs.Select(static pair => pair.HolmP));
        Assert.Equal(20, comparison.Pairs[2].Questions);
    }

    [Fact]
    public void Against_the_first_run_there_are_only_its_pairs_and_Holm_corrects_for_those()
    {
        ComparedRun[] runs = [.. new[] { "RRRRRRRRRR", "RRWWWWWWWW", "WWWWWWWWWW" }.Select((outcomes, index) => Run($"run {index}", outcomes, 0, "medqa"))];
        var comparison = RunComparison.Of(runs, againstFirst: true);
        Assert.Equal([("run 0", "run 1"), ("run 0", "run 2")], comparison.Pairs.Select(static pair => (pair.First, pair.Second)));
        Assert.Equal(Holm.Adjust([.. comparison.Pairs.Select(static pair => pair.Test.MidP)]), comparison.Pairs.Select(static pair => pair.HolmP));
        Assert.Equal(3, comparison.Accuracies.Length);
    }

    [Fact]
    public void Every_run_stands_in_the_table_of_strategies_models_and_data_sets_on_all_its_own_questions()
    {
        var comparison = RunComparison.Of(
        [
            Named("1", "few-shot", "RRWW", "medqa"), Named("2", "few-shot", "RWWWW", "pubmedqa"), Named("3", "votes", "RRRW", "medqa", "pubmedqa"), Named("4", "votes", "RRRR", "medqa"),
        ]);

        Assert.Equal(["1+2", "3", "4"], comparison.Accuracies.Select(static row => string.Join('+', row.Runs)));
        Assert.Equal([("medqa", 2, 4), ("pubmedqa", 1, 5)], comparison.Accuracies[0].Cells.Select(static cell => (cell.Dataset, cell.Correct, cell.Scored)));
        Assert.Equal(BinomialInterval.ClopperPearson(1, 5), comparison.Accuracies[0].Cells[1].Interval);
        Assert.Equal([new RunsApart("1", "2"), new RunsApart("2", "4")], comparison.Apart);
        var markdown = ReportMarkdown.Write(comparison);
        Assert.Contains("| profile | strategy | model | medqa | pubmedqa | run |", markdown);
        Assert.Contains("| votes | self-consistency | small | 100.0 % (4/4; ", markdown);
        Assert.Contains("No question in common, so not compared: 2 and 4.", markdown);

        static ComparedRun Named(string name, string profile, string outcomes, params string[] datasets)
        {
            var named = new ComparedRun(name) { Profile = profile, Strategy = "self-consistency", Model = "small" };
            foreach (var dataset in datasets)
            {
                for (var i = 0; i < outcomes.Length; i++)
                {
                    named.Add(Of((dataset.Length * 100) + i, outcomes[i] == 'R' ? "A" : "B", 'A', dataset));
                }
            }

            return named;
        }
    }

    [Fact]
    public void Equal_texts_are_one_cluster_of_the_difference()
    {
        var (first, second) = (new ComparedRun("first"), new ComparedRun("second"));
        for (var ordinal = 0; ordinal < 4; ordinal++)
        {
            var answered = Of(ordinal, "A", 'A') with { QuestionFingerprint = ordinal < 2 ? "00000000000000aa" : $"{ordinal:x16}" };
            first.Add(answered);
            second.Add(answered with { Answer = ordinal < 2 ? 1 : 0 });
        }

        // Differences 1, 1, 0, 0 with mean 1/2: clusters deviate by 1, -1/2, -1/2; three clusters are corrected by √(3/2).
        var pair = RunComparison.Of([first, second]).Pairs.Single();
        Assert.Equal(Math.Sqrt(1.5 * 1.5) / 4, pair.StandardError, 1e-12);
        Assert.Equal((3, true), (pair.Clusters, pair.FewClusters));
        Assert.Equal(ClusteredInterval.Difference([(2, 0, 2), (1, 0, 0), (1, 0, 0)]), pair.Interval);
        Assert.Equal(McNemar.Test([(2, 0), (0, 0), (0, 0)]), pair.Test);
        Assert.Equal(ClusteredInterval.Proportion([(2, 2), (1, 1), (1, 1)]), pair.FirstInterval);
        Assert.Contains("as few as 3 clusters", RunComparison.Of([first, second]).Warnings.Single());
    }

    [Fact]
    public void A_question_that_cannot_be_asked_in_one_run_is_left_out_and_the_rest_is_compared()
    {
        ComparedRun[] runs = [One("first", Of(0, "A", 'A'), Failed(1, 'A', FailureCodes.ContextOverflow), Of(2, "A", 'A')), One("second", Of(0, "B", 'A'), Of(1, "A", 'A'), Of(2, "A", 'A'))];
        var pair = RunComparison.Of(runs).Pairs.Single();
        Assert.Equal((2, 1), (pair.Questions, pair.Unaskable));
        Assert.Equal(2, RunComparison.Of(runs).Accuracies[0].Cells[0].Scored);
        Assert.Contains("could not be asked in one of the runs, and are left out: 1.", ReportMarkdown.Write(RunComparison.Of(runs)));
    }

    [Fact]
    public void Unfinished_runs_and_other_versions_of_the_rules_are_warned_of()
    {
        var first = new ComparedRun("first") { Provisional = true, Rules = "1" };
        var second = new ComparedRun("second") { Rules = "2" };
        first.Add(Of(0, "A", 'A'));
        second.Add(Of(0, "A", 'A') with { Cluster = "00000000000000aa" });
        var comparison = RunComparison.Of([first, second]);
        Assert.Contains(comparison.Warnings, static warning => warning.StartsWith("Provisional: not every question of first was answered", StringComparison.Ordinal));
        Assert.Contains(comparison.Warnings, static warning => warning.Contains("versions 1 and 2", StringComparison.Ordinal));
        Assert.True(comparison.Pairs.Single().Provisional);
        Assert.Equal([true, false], comparison.Accuracies.Select(static row => row.Cells[0].Provisional));
        Assert.Contains(" provisional |", ReportMarkdown.Write(comparison));
        Assert.Empty(RunComparison.Of([second, second]).Warnings);
    }

    [Fact]
    public void The_passage_is_known_from_the_run_that_knows_it()
    {
        var (older, newer) = (new ComparedRun("older"), new ComparedRun("newer"));
        for (var ordinal = 0; ordinal < 4; ordinal++)
        {
            older.Add(Of(ordinal, "A", 'A'));
            newer.Add(Of(ordinal, "B", 'A') with { Cluster = $"{ordinal / 2:x16}" });
        }

        Assert.Equal(2, RunComparison.Of([older, newer]).Pairs.Single().Clusters);
        Assert.Equal(2, RunComparison.Of([newer, older]).Pairs.Single().Clusters);
    }

    [Fact]
    public void Questions_without_a_recorded_text_are_each_a_cluster()
    {
        var (first, second) = (new ComparedRun("first"), new ComparedRun("second"));
        for (var ordinal = 0; ordinal < 4; ordinal++)
        {
            first.Add(Of(ordinal, "A", 'A') with { QuestionFingerprint = "" });
            second.Add(Of(ordinal, ordinal < 2 ? "B" : "A", 'A') with { QuestionFingerprint = "" });
        }

        Assert.Equal(0.25, RunComparison.Of([first, second]).Pairs.Single().StandardError, 1e-12);
    }

    [Fact]
    public void Runs_that_answered_other_questions_are_refused_and_the_question_is_named()
    {
        Refused("Question q0 of medqa has the right option A in first and B in second", One("first", Of(0, "A", 'A')), One("second", Of(0, "A", 'B')));
        Refused("Question q0 of medqa differs in text or options between first and second", One("first", Of(0, "A", 'A')), One("second", Of(0, "A", 'A') with { QuestionFingerprint = "00000000000000ff" }));
        Refused("Question q0 of medqa failed in second", One("first", Of(0, "A", 'A')), One("second", Failed(0, 'A')));
        Refused("no question in common", One("first", Of(0, "A", 'A')), One("second", Of(1, "A", 'A')));
        Refused("no question in common", One("first", Of(0, "A", null)), One("second", Of(0, "A", null)));
        Refused("at least two runs", One("first", Of(0, "A", 'A')));
        var twice = One("first", Of(0, "A", 'A'));
        Assert.Contains("two answers to question q0", Assert.Throws<InputException>(() => twice.Add(Of(0, "B", 'A'))).Message);

        static void Refused(string why, params ComparedRun[] runs) => Assert.Contains(why, Assert.Throws<InputException>(() => RunComparison.Of(runs)).Message);
    }

    [Fact]
    public void Where_no_batch_of_a_run_in_progress_is_finished_the_refusal_says_so_and_how_large_batches_are()
    {
        var (finished, begun) = (One("finished", Of(0, "A", 'A')), new ComparedRun("begun") { Provisional = true, BatchSize = 256 });
        var message = Assert.Throws<InputException>(() => RunComparison.Of([finished, begun], anytime: true)).Message;
        Assert.Contains("yet. Of an unfinished run, only the answers of finished batches are compared: no batch of begun is finished (a batch has up to 256 questions). Compare again", message, StringComparison.Ordinal);

        message = Assert.Throws<InputException>(() => RunComparison.Of([finished, One("other", true, [Of(1, "A", 'A')])])).Message;
        Assert.Contains("a part of the batches of other is finished. Compare again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_prints_the_size_of_the_family()
    {
        var comparison = RunComparison.Of([Run("few-shot", "RRRRWW", 0), Run("self|consistency", "RRRRWW", 0)]);
        var markdown = ReportMarkdown.Write(comparison);
        Assert.Contains("family of 1 test ", markdown);
        Assert.Contains(@"| few-shot | self\|consistency | medqa | 0.0 points | -39.0 to 39.0 (rough) | 0 | 0 | 1.0000 | 1.0000 | 1.0000 |", markdown);
        Assert.Contains("p is 1 by convention", markdown);
        Assert.NotEmpty(ReportJson.Write(comparison));
    }

    [Fact]
    public void An_anytime_valid_interval_stands_beside_the_ordinary_one_where_it_is_asked_for()
    {
        var (first, second) = (Run("first", string.Concat(Enumerable.Repeat("RRRRRRWW", 12)), 0), Run("second", string.Concat(Enumerable.Repeat("RRWWWWRW", 12)), 0));
        Assert.Null(RunComparison.Of([first, second]).Pairs.Single().Anytime);
        Assert.DoesNotContain("nytime", Encoding.UTF8.GetString(ReportJson.Write(RunComparison.Of([first, second]))), StringComparison.Ordinal);
        var comparison = RunComparison.Of([first, second], anytime: true);
        var (pair, sequence) = (comparison.Pairs.Single(), new ConfidenceSequence());
        foreach (var difference in Enumerable.Repeat<double[]>([0, 0, -1, -1, -1, -1, 1, 0], 12).SelectMany(static part => part))
        {
            sequence.Add((difference + 1) / 2);
        }

        Assert.Equal((96, -0.375), (pair.Anytime!.Questions, pair.Anytime.Difference));
        Assert.Equal(new Interval((2 * sequence.Interval.Lower) - 1, (2 * sequence.Interval.Upper) - 1), pair.Anytime.Interval);
        Assert.Equal(-pair.Anytime.Interval.Upper, RunComparison.Of([second, first], anytime: true).Pairs.Single().Anytime!.Interval.Lower, 1e-9);
        Assert.True(pair.Anytime.Interval.Contains(pair.Difference));
        Assert.Equal(RunComparison.Of([first, second]).Pairs.Single(), pair with { Anytime = null });
        var markdown = ReportMarkdown.Write(comparison);
        Assert.Contains("## Differences, however often somebody looked", markdown, StringComparison.Ordinal);
        Assert.Contains("| first | second | medqa | 96 | -37.5 points |", markdown, StringComparison.Ordinal);
        Assert.Contains("However often somebody looked: 95 % interval", Encoding.UTF8.GetString(ReportBlocks.Write(comparison)), StringComparison.Ordinal);
    }

    [Fact]
    public void Notes_on_the_table_of_differences_stand_before_the_anytime_valid_intervals()
    {
        var markdown = ReportMarkdown.Write(RunComparison.Of([Run("first", "RRRRWW", 0), Run("second", "RRRRWW", 0)], anytime: true));
        Assert.InRange(markdown.IndexOf("Rough: fewer than", StringComparison.Ordinal), 1, markdown.IndexOf("## Differences, however often", StringComparison.Ordinal));
    }

    [Fact]
    public void An_anytime_valid_interval_is_wider_than_one_for_a_single_look()
    {
        var (first, second) = (string.Concat(Enumerable.Repeat("RRWW", 50)), string.Concat(Enumerable.Repeat("RWRW", 50)));
        var pair = RunComparison.Of([Run("first", first, 0), Run("second", second, 0)], anytime: true).Pairs.Single();
        Assert.InRange((pair.Anytime!.Interval.Upper - pair.Anytime.Interval.Lower) / (pair.Interval.Upper - pair.Interval.Lower), 1.2, 2.5);
    }

    [Fact]
    public void What_is_answered_behind_a_question_without_an_answer_does_not_count_at_any_time()
    {
        // Both runs are in progress: the first has no answer to question 4 yet, the second none to question 6. Question 1 has no known right option.
        var first = One("first", true, [Of(0, "A", 'A'), Of(1, "A", null), Of(2, "A", 'A'), Of(3, "B", 'A'), Of(5, "A", 'A'), Of(6, "A", 'A')]);
        var second = One("second", true, [.. Enumerable.Range(0, 6).Select(static ordinal => Of(ordinal, "B", ordinal == 1 ? null : 'A'))]);
        var pair = RunComparison.Of([first, second], anytime: true).Pairs.Single();
        Assert.Equal((4, 3), (pair.Questions, pair.Anytime!.Questions));
        Assert.Equal(-2 / 3.0, pair.Anytime.Difference, 1e-12);

        // The end is the same from the other side; and what a finished run lacks was never asked.
        Assert.Equal(3, RunComparison.Of([second, first], anytime: true).Pairs.Single().Anytime!.Questions);
        var finished = One("finished", false, [Of(0, "A", 'A'), Of(3, "A", 'A')]);
        Assert.Equal(2, RunComparison.Of([second, finished], anytime: true).Pairs.Single().Anytime!.Questions);
        var late = One("late", true, [Of(3, "A", 'A')]);
        Assert.Null(RunComparison.Of([second, late], anytime: true).Pairs.Single().Anytime);
        Assert.Contains("| second | late | medqa | 0 |", ReportMarkdown.Write(RunComparison.Of([One("second", true, [Of(0, "A", 'A'), Of(3, "A", 'A')]), late, second], anytime: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_questions_that_belong_together_the_first_counts_at_any_time()
    {
        var (first, second) = (new ComparedRun("first"), new ComparedRun("second"));
        for (var ordinal = 0; ordinal < 12; ordinal++)
        {
            first.Add(Of(ordinal, "A", 'A') with { Cluster = $"{ordinal / 3:x16}" });
            second.Add(Of(ordinal, ordinal % 3 == 0 ? "A" : "B", 'A') with { Cluster = $"{ordinal / 3:x16}" });
        }

        var pair = RunComparison.Of([first, second], anytime: true).Pairs.Single();
        Assert.Equal((12, 4), (pair.Questions, pair.Clusters));
        Assert.Equal((4, 0), (pair.Anytime!.Questions, pair.Anytime.Difference));
    }

    private static ComparedRun One(string name, bool provisional, AnsweredQuestion[] answers)
    {
        var run = new ComparedRun(name) { Provisional = provisional };
        foreach (var answered in answers)
        {
            run.Add(answered);
        }

        return run;
    }

    private static ComparedRun One(string name, params IEnumerable<AnsweredQuestion> answers)
    {
        var run = new ComparedRun(name);
        foreach (var answered in answers)
        {
            run.Add(answered);
        }

        return run;
    }

    /// <summary>A run that answered right (R), wrong (W) or not (-), on each of the data sets.</summary>
    private static ComparedRun Run(string name, string outcomes, int from, params string[] datasets)
    {
        var run = new ComparedRun(name);
        foreach (var (dataset, index) in (datasets.Length == 0 ? ["medqa"] : datasets).Select(static (dataset, index) => (dataset, index)))
        {
            for (var i = 0; i < outcomes.Length; i++)
            {
                run.Add(Of((1000 * index) + from + i, outcomes[i] switch { 'R' => "A", 'W' => "B", _ => "-" }, 'A', dataset));
            }
        }

        return run;
    }
}
