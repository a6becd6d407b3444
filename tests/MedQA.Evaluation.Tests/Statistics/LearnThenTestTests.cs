using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class LearnThenTestTests
{
    [Fact]
    public void The_lowest_threshold_that_every_test_above_it_allows_is_chosen()
    {
        var development = ConfidenceTable.OfVotes([(11, 11, 100, 1), (10, 11, 60, 2), (9, 11, 40, 4), (8, 11, 20, 20), (4, 11, 10, 40)]);
        var found = LearnThenTest.Find(development, LearnThenTest.ThresholdsOfVotes(11))!;
        Assert.Equal((9.0 / 11, 207, 200, 297), (found.Threshold, found.Kept, found.Right, found.Development));
        Assert.Equal(MathNet.Numerics.Distributions.Binomial.CDF(0.1, 207, 7), found.P, 1e-9);
        Assert.Equal(207.0 / 297, found.Coverage);
    }

    [Fact]
    public void A_lower_start_goes_on_where_the_highest_levels_hold_too_few_answers_to_tell()
    {
        var development = ConfidenceTable.OfVotes([(11, 11, 5, 0), (10, 11, 10, 0), (8, 11, 150, 2)]);
        Assert.Equal(1.0 / 11, LearnThenTest.Find(development, LearnThenTest.ThresholdsOfVotes(11))!.Threshold);
    }

    [Fact]
    public void Without_evidence_there_is_no_threshold()
    {
        Assert.Null(LearnThenTest.Find(ConfidenceTable.OfVotes([(11, 11, 20, 0)]), LearnThenTest.ThresholdsOfVotes(11)));
        Assert.Null(LearnThenTest.Find(ConfidenceTable.OfVotes([(11, 11, 800, 200)]), LearnThenTest.ThresholdsOfVotes(11)));
        Assert.Null(LearnThenTest.Find(ConfidenceTable.OfVotes([]), EvenThresholds()));
    }

    [Fact]
    public void The_guarantee_is_broken_no_more_often_than_it_says()
    {
        // Answers are right 97 times of 100 from confidence 0.5 on and 60 times below it: of those from t on 90 % are right if t is 0.115/0.3.
        var (broken, found) = (0, 0);
        for (var file = 0; file < 400; file++)
        {
            var stream = new Evaluation.Randomness.RandomStream((ulong)file);
            var confidences = Enumerable.Range(0, 400).Select(index => stream.Uniform(index)).ToArray();
            var correct = confidences.Select((confidence, index) => stream.Uniform(index, 1) < (confidence >= 0.5 ? 0.97 : 0.6)).ToArray();
            if (LearnThenTest.Find(ConfidenceTable.OfConfidences(confidences, correct), EvenThresholds()) is { } threshold)
            {
                found++;
                broken += threshold.Threshold < 0.115 / 0.3 ? 1 : 0;
            }
        }

        Assert.InRange(found, 100, 400);
        Assert.InRange(broken, 0, 20);
    }

    [LongFact]
    public void The_guarantee_holds_where_answers_come_in_clusters()
    {
        // As above, but all answers of a cluster have one confidence and are right or wrong together.
        var (broken, found, brokenAsIfAlone) = (0, 0, 0);
        for (var file = 0; file < 2000; file++)
        {
            var random = new Random(file);
            var answers = Enumerable.Range(0, 400).SelectMany(cluster =>
            {
                var confidence = random.NextDouble();
                var right = random.NextDouble() < (confidence >= 0.5 ? 0.97 : 0.6);
                return Enumerable.Repeat((Confidence: confidence, Right: right, Cluster: (ulong)cluster), random.Next(1, 6));
            }).ToArray();
            var table = ConfidenceTable.OfConfidences([.. answers.Select(static answer => answer.Confidence)], [.. answers.Select(static answer => answer.Right)]);
            var sizes = answers.GroupBy(static answer => answer.Confidence).Select(static cluster => (Confidence: cluster.Key, Size: cluster.Count())).ToArray();
            var effective = table.Levels.Select(level => level with { EffectiveKept = DesignEffect.LeastEffective(sizes.Where(cluster => cluster.Confidence >= level.Confidence).Select(static cluster => cluster.Size)) });
            var threshold = LearnThenTest.Find(ConfidenceTable.OfLevels([.. effective]), EvenThresholds());
            found += threshold is null ? 0 : 1;
            broken += threshold?.Threshold < 0.115 / 0.3 ? 1 : 0;
            brokenAsIfAlone += LearnThenTest.Find(table, EvenThresholds())?.Threshold < 0.115 / 0.3 ? 1 : 0;
        }

        Assert.InRange(found, 500, 2000);
        Assert.InRange(broken, 0, 100);
        Assert.InRange(brokenAsIfAlone, broken + 50, 2000);
    }

    [Fact]
    public void Thresholds_that_do_not_fall_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LearnThenTest.Find(ConfidenceTable.OfVotes([]), [0.5, 0.6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearnThenTest.Find(ConfidenceTable.OfVotes([]), [0.5], accuracy: 1));
    }

    /// <summary>0.99 down to 0 in steps of 0.01.</summary>
    private static double[] EvenThresholds() => [.. Enumerable.Range(0, 100).Select(static index => (99 - index) / 100.0)];
}
