using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using MedQA.Evaluation.Strategies;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class ReportAccumulatorTests
{
    [Fact]
    public void Accuracy_counts_right_answers_over_asked_questions_with_a_known_answer()
    {
        var report = Report(Header(rows: 7, rejected: 2), Of(0, "AAAAA", 'A'), Of(1, "BBBAA", 'A'), Of(2, "-----", 'A'), Of(3, "CCCCC", null), Of(4, "CCCCC", 'C'));
        Assert.Equal((2, 4, 1), (report.Accuracy.Correct, report.Accuracy.Scored, report.Accuracy.Unanswered));
        Assert.Equal(0.5, report.Accuracy.Value);
        Assert.Equal(BinomialInterval.ClopperPearson(2, 4), report.Accuracy.Interval);
        Assert.Equal(0.25, report.Accuracy.Chance);
        Assert.Equal(new QuestionCounts { Rows = 7, Rejected = 2, Accepted = 5, Waiting = 0, Asked = 5, Unanswered = 1, Failed = 0, WithoutGold = 1 }, report.Questions);
        Assert.False(report.Provisional);
    }

    [Fact]
    public void Failed_questions_give_bounds_and_no_interval_until_they_are_retried()
    {
        var report = Report(Header(4), Of(0, "AAAAA", 'A'), Failed(1, 'B'), Of(2, "BBBBB", 'A'), Failed(3, null, "timeLimit"));
        Assert.Equal((1, 2, 1), (report.Accuracy.Correct, report.Accuracy.Scored, report.Accuracy.Failed));
        Assert.Null(report.Accuracy.Interval);
        Assert.Null(report.MacroAccuracy!.Interval);
        Assert.Equal(new Interval(1.0 / 3, 2.0 / 3), report.Accuracy.Bounds);
        Assert.Equal([new FailureCount("timeLimit", 1), new FailureCount("workerCrashed", 1)], report.Failures);
        Assert.Contains(report.Warnings, static warning => warning.StartsWith("2 questions failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_with_questions_still_waiting_is_provisional()
    {
        var report = Report(Header(3), Of(0, "AAAAA", 'A'));
        Assert.True(report.Provisional);
        Assert.Equal(2, report.Questions.Waiting);
        Assert.Contains("2 of 3 questions have no answer yet", report.Warnings[0]);
        Assert.True(Report(Header(1) with { Finished = null }, Of(0, "AAAAA", 'A')).Provisional);
    }

    [Fact]
    public void Slices_stand_per_data_set_and_topic_with_their_chance_level()
    {
        var report = Report(Header(4), Of(0, "AAAAA", 'A', "medqa", "heart"), Of(1, "BBBBB", 'A', "medqa", "lung"), Of(2, "AAABB", 'A', "pubmedqa", options: 3), Of(3, "AAAAA", 'A', "medqa", "heart"));
        Assert.Equal([("medqa", 2, 3), ("pubmedqa", 1, 1)], report.Datasets.Select(static slice => (slice.Dataset, slice.Accuracy.Correct, slice.Accuracy.Scored)));
        Assert.Equal([("heart", 2, 2), ("lung", 0, 1)], report.Topics.Select(static slice => (slice.Topic!, slice.Accuracy.Correct, slice.Accuracy.Scored)));
        Assert.Equal(1.0 / 3, report.Datasets[1].Accuracy.Chance!.Value, 1e-12);
        Assert.Equal(0.6, report.Datasets[1].MeanAgreement!.Value, 1e-12);
        Assert.Equal(((2.0 / 3) + 1) / 2, report.MacroAccuracy!.Value, 1e-12);
        Assert.Equal(0.75, report.Accuracy.Value!.Value, 1e-12);
    }

    [Fact]
    public void Equal_questions_are_one_cluster_in_the_standard_error()
    {
        AnsweredQuestion[] answers = [Of(0, "A", 'A'), Of(1, "A", 'A'), Of(2, "A", 'B'), Of(3, "A", 'B')];
        Assert.Equal(0.25, Report(Header(4), answers).Accuracy.StandardError!.Value, 1e-12);
        var twins = answers.Select(static answered => answered with { QuestionFingerprint = answered.Ordinal < 2 ? "0000000000000001" : "00000000000000ff" });
        // The sandwich is √2/4; with two clusters it is corrected by √(2/1).
        Assert.Equal(0.5, Report(Header(4), twins).Accuracy.StandardError!.Value, 1e-12);
        var unknown = answers.Select(static answered => answered with { QuestionFingerprint = "" });
        Assert.Equal(0.25, Report(Header(4), unknown).Accuracy.StandardError!.Value, 1e-12);
    }

    [Fact]
    public void Where_questions_belong_together_the_interval_from_clusters_is_the_headline()
    {
        var answers = Enumerable.Range(0, 100).Select(static ordinal => Of(ordinal, "AAAAA", ordinal % 4 < 2 ? 'A' : 'B') with { QuestionFingerprint = $"{ordinal % 4:x16}" }).ToArray();
        var report = Report(Header(100), answers);
        Assert.Equal((4, true), (report.Accuracy.Clusters!.Value, report.Accuracy.FewClusters));
        Assert.Equal(ClusteredInterval.Proportion([(25, 25), (25, 25), (25, 0), (25, 0)]), report.Accuracy.Interval);
        Assert.Equal(BinomialInterval.ClopperPearson(50, 100), report.Accuracy.IntervalOfUnrelated);
        Assert.Contains("4 clusters", report.Warnings.Single());
        Assert.Contains("95 % interval from 4 clusters", ReportMarkdown.Write(report));
        Assert.Equal(ClusteredInterval.Proportion([(25, 25), (25, 25)]), report.Letters[0].Interval);
        Assert.Null(Report(Header(2), Of(0, "A", 'A'), Of(1, "A", 'B')).Accuracy.Clusters);
    }

    [Fact]
    public void Questions_on_one_passage_are_a_cluster_whatever_they_ask()
    {
        var answers = Enumerable.Range(0, 24).Select(static ordinal => Of(ordinal, "AAAAA", ordinal % 3 == 0 ? 'B' : 'A') with { Cluster = $"{ordinal / 2:x16}" }).ToArray();
        Assert.Equal(12, Report(Header(24), answers).Accuracy.Clusters);
        Assert.False(Report(Header(24), answers).Accuracy.FewClusters);
        Assert.Equal(12, Report(Header(24), answers).Datasets.Single().Accuracy.Clusters);
    }

    [Fact]
    public void The_mean_over_data_sets_has_an_interval_even_where_all_is_right()
    {
        var macro = Report(Header(4), Of(0, "A", 'A', "one"), Of(1, "A", 'A', "one"), Of(2, "A", 'A', "two"), Of(3, "A", 'A', "two")).MacroAccuracy!;
        Assert.Equal((1, 2, 0), (macro.Value, macro.Datasets, macro.StandardError));
        Assert.Equal(0.535, macro.Interval!.Value.Lower, 0.001);
        Assert.Equal(1, macro.Interval.Value.Upper);
    }

    [Fact]
    public void Questions_that_cannot_be_asked_are_apart_from_failures_of_machines_and_need_no_retry()
    {
        var report = Report(Header(4), Of(0, "AAAAA", 'A'), Failed(1, 'B', FailureCodes.ContextOverflow), Failed(2, 'B', FailureCodes.NoOptions), Failed(3, null, FailureCodes.ContextOverflow));
        Assert.Equal((0, 2, 1), (report.Accuracy.Failed, report.Accuracy.Unaskable, report.Accuracy.Scored));
        Assert.Equal((0, 3), (report.Questions.Failed, report.Questions.Unaskable));
        Assert.NotNull(report.Accuracy.Interval);
        Assert.Null(report.Accuracy.Bounds);
        Assert.False(report.Provisional);
        Assert.Equal([new FailureCount("contextOverflow", 2), new FailureCount("noOptions", 1)], report.UnaskableReasons);
        Assert.Empty(report.Failures);
        Assert.Contains("3 questions cannot be asked so", report.Warnings.Single());
        Assert.Contains("no retry changes that", report.Warnings.Single());
    }

    [Theory]
    [InlineData(FailureCodes.ContextOverflow, true)]
    [InlineData(FailureCodes.NoOptions, true)]
    [InlineData(FailureCodes.Prompt, true)]
    [InlineData(FailureCodes.AnswerTooLong, true)]
    [InlineData(FailureCodes.TimeLimit, false)]
    [InlineData("workerCrashed", false)]
    [InlineData("modelError", false)]
    public void Failures_are_the_questions_where_every_machine_would_fail(string code, bool ofQuestion) =>
        Assert.Equal(ofQuestion, new AnswerFailure(code, "").IsOfQuestion);

    [Fact]
    public void Guessing_leaves_out_options_that_nobody_would_choose()
    {
        var report = Report(Header(2), Of(0, "A", 'A') with { ChoosableOptions = 2 }, Of(1, "A", 'A'));
        Assert.Equal(0.375, report.Accuracy.Chance!.Value, 1e-12);
        Assert.Equal(4, report.Accuracy.OptionsEach);
    }

    [Fact]
    public void Agreement_has_a_level_for_each_number_of_votes()
    {
        var report = Report(Header(4), Of(0, "AAAAA", 'A'), Of(1, "AAABB", 'B'), Of(2, "AAAB-", 'A'), Of(3, "-----", 'A'));
        Assert.Equal([new AgreementLevel(0, 5, 1, 0, 1), new AgreementLevel(3, 5, 2, 1, 1), new AgreementLevel(5, 5, 1, 1, 0)], report.Agreement.Histogram);
        Assert.Equal((1 + 0.6 + 0.6 + 0) / 4, report.Agreement.Mean!.Value, 1e-12);
    }

    [Fact]
    public void Forced_votes_are_counted_and_taken_out_again()
    {
        // The second answer rests on forced votes alone; in the third they outvote what was said.
        var report = Report(Header(4), Of(0, "AAAAA", 'A'), Of(1, "aaa--", 'A'), Of(2, "aaaBB", 'B'), Of(3, "AAAbb", 'A'));
        Assert.Equal((18, 8, 2), (report.ForcedVotes.Votes, report.ForcedVotes.Forced, report.ForcedVotes.Answers));
        Assert.Equal((3, 4), (report.ForcedVotes.Counted.Correct, report.ForcedVotes.Counted.Scored));
        Assert.Equal((3, 4), (report.ForcedVotes.AsAbstentions.Correct, report.ForcedVotes.AsAbstentions.Scored));
        Assert.Equal((1 + 0.6 + 0.6 + 0.6) / 4, report.ForcedVotes.Counted.MeanAgreement!.Value, 1e-12);
        Assert.Equal((1 + 0 + 0.4 + 0.6) / 4, report.ForcedVotes.AsAbstentions.MeanAgreement!.Value, 1e-12);
    }

    [Fact]
    public void Only_the_last_stage_of_a_strategy_votes()
    {
        // Three reasonings for A, then two answers: B, and A by force.
        var staged = Of(0, "Ba", 'B') with { Answer = 0, Reasonings = [.. Of(0, "AAA", 'A').Reasonings, .. Of(0, "Ba", 'B').Reasonings.Select(static reasoning => reasoning with { Stage = 1 })] };
        Assert.Equal(1, Report(Header(1), staged).ForcedVotes.AsAbstentions.Correct);
        Assert.Equal(2, Report(Header(1), staged).Samples!.Samples);
    }

    [Fact]
    public void Ties_score_their_part_where_gold_is_among_them()
    {
        var report = Report(Header(4), Of(0, "AABB-", 'A'), Of(1, "AABB-", 'B'), Of(2, "AABB-", 'C'), Of(3, "AAAAA", 'A'));
        Assert.Equal((3, 3, 1), (report.Ties.Questions, report.Ties.Scored, report.Ties.Correct));
        Assert.Equal(0.5, report.Accuracy.Value);
        Assert.Equal((1 + 0.5 + 0.5) / 4, report.Ties.AccuracyAtChance!.Value, 1e-12);
    }

    [Fact]
    public void Many_cut_reasonings_are_warned_of()
    {
        var report = Report(Header(2), Of(0, "AAA--", 'A'), Of(1, "AAAAA", 'A'));
        Assert.Equal(new ReasoningEnds(10, 8, 0, 2), report.Reasonings);
        Assert.Empty(report.Warnings);
        Assert.Contains("30.0 % of the reasonings were cut at maxTokens (256)", Report(Header(2), Of(0, "AA---", 'A'), Of(1, "AAAAA", 'A')).Warnings.Single());
        var free = Header(2) with { Protocol = Header(2).Protocol with { Profile = Header(2).Protocol.Profile with { Strategy = BuiltInProfiles.Find("long-form")!.Strategy } } };
        Assert.Contains("30.0 % of the answers were cut at maxTokens (256) and end in the middle", Report(free, Of(0, "AA---", 'A'), Of(1, "AAAAA", 'A')).Warnings[0]);
    }

    [Fact]
    public void Votes_that_were_mostly_forced_are_warned_of()
    {
        Assert.DoesNotContain(Report(Header(1), Of(0, "AAbb", 'A')).Warnings, static warning => warning.Contains("forced", StringComparison.Ordinal));
        Assert.Contains("75.0 % of the votes were forced", Report(Header(1), Of(0, "Abbb", 'A')).Warnings[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(Report(Header(1), Of(0, "----", 'A')).Warnings, static warning => warning.Contains("forced", StringComparison.Ordinal));
    }

    [Fact]
    public void Letters_show_which_position_a_model_prefers()
    {
        var report = Report(Header(3), Of(0, "AAAAA", 'A'), Of(1, "AAAAA", 'B'), Of(2, "-----", 'B'));
        Assert.Equal([("A", 1, 2, 1), ("B", 2, 0, 0)], report.Letters.Select(static letter => (letter.Letter, letter.Gold, letter.Chosen, letter.Correct)));
        Assert.Equal(0, report.Letters[1].Accuracy);
    }

    [Fact]
    public void Tokens_and_seconds_are_summed()
    {
        var report = Report(Header(2), Of(0, "AAAAA", 'A'), Of(1, "AA", 'A') with { EngineFingerprint = "another engine" });
        Assert.Equal(new TokenCounts(200, 21), report.Tokens);
        Assert.Equal((1.0, 21.0), (report.Circumstances.Seconds, report.Circumstances.TokensPerSecond));
        Assert.Equal(["another engine", "engine 1; cpu"], report.Circumstances.EngineFingerprints);
    }

    [Fact]
    public void Free_answers_are_in_no_accuracy()
    {
        var report = Report(Header(1), Of(0, "", null, options: 0) with { Votes = [] });
        Assert.Null(report.Accuracy.Value);
        Assert.Null(report.MacroAccuracy);
        Assert.Null(report.Agreement.Mean);
        Assert.Equal((1, 0), (report.Questions.WithoutGold, report.Questions.Unanswered));
    }

    [Fact]
    public void An_answer_that_comes_twice_or_out_of_order_is_refused()
    {
        var accumulator = new ReportAccumulator();
        accumulator.Add(Of(3, "AAAAA", 'A'));
        Assert.Throws<ArgumentException>(() => accumulator.Add(Of(3, "AAAAA", 'A')));
        Assert.Throws<ArgumentException>(() => accumulator.Add(Of(2, "AAAAA", 'A')));
        accumulator.Add(Of(7, "AAAAA", 'A'));
        Assert.Throws<ArgumentException>(() => accumulator.Build(Header(2, rejected: 1)));
        Assert.Equal(2, accumulator.Build(Header(2)).Accuracy.Correct);
    }

    [Fact]
    public void An_empty_run_has_a_report()
    {
        var report = Report(Header(2));
        Assert.Equal((true, 2), (report.Provisional, report.Questions.Waiting));
        Assert.NotEmpty(ReportMarkdown.Write(report));
        Assert.NotEmpty(ReportJson.Write(report));
    }

    [Fact]
    public void A_hundred_thousand_questions_need_little_memory()
    {
        var accumulator = new ReportAccumulator();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var text = new string('x', 10_000);
        for (var ordinal = 0; ordinal < 100_000; ordinal++)
        {
            var answered = Of(ordinal, "AAABB", "ABCD"[ordinal % 4], topic: $"topic {ordinal % 300}");
            accumulator.Add(answered with { Reasonings = [answered.Reasonings[0] with { Text = text }] });
        }

        var report = accumulator.Build(Header(100_000));
        Assert.Equal(25_000, report.Accuracy.Correct);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 100 << 20); // below 0 where tests beside this one have let go of more
        GC.KeepAlive(accumulator);
    }
}
