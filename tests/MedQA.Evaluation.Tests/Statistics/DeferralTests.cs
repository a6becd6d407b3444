using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class DeferralTests
{
    private static readonly ConfidenceTable Table = ConfidenceTable.OfVotes([(5, 5, 30, 0), (4, 5, 15, 5), (3, 5, 10, 20), (2, 5, 5, 15)]);

    [Theory]
    [InlineData(0.0, 100, 0.4, 0.60)]
    [InlineData(0.2, 80, 0.6, 55.0 / 80)]
    [InlineData(0.35, 65, 0.6, 50.0 / 65)]
    [InlineData(0.5, 50, 0.8, 45.0 / 50)]
    [InlineData(0.55, 45, 0.8, (30 + 11.25) / 45)]
    [InlineData(0.7, 30, 1.0, 1.0)]
    [InlineData(0.99, 1, 1.0, 1.0)]
    public void The_kept_answers_are_the_confident_ones_and_a_part_of_the_tied_level(double fraction, double kept, double threshold, double accuracy)
    {
        var point = Deferral.At(Table, null, fraction);
        Assert.Equal(kept, point.Kept, 1e-9);
        Assert.Equal(threshold, point.Threshold);
        Assert.Equal(accuracy, point.Accuracy, 1e-12);
    }

    [Fact]
    public void Intervals_equal_those_of_numeric_differentiation()
    {
        foreach (var row in ClusteredReference.Rows("deferral"))
        {
            var answers = row.Integers("votes").Zip(row.Integers("right")).Select(static answer => (answer.First, 11, answer.Second, 1 - answer.Second));
            var point = Deferral.At(ConfidenceTable.OfVotes(answers), null, row.Double("fraction"));
            Assert.Equal(row.Double("accuracy"), point.Accuracy, 1e-9);
            ClusteredReference.AssertNear(ClusteredReference.Interval(row), point.Interval, 1e-6);
        }
    }

    [Theory]
    [InlineData(0.0, 300, 0)]
    [InlineData(0.3, 300, 0)]
    [InlineData(0.45, 300, 0)]
    [InlineData(0.3, 100, 0.3)]
    [InlineData(0.45, 20, 0.3)]
    public void The_accuracy_of_the_kept_is_covered_in_93_to_97_of_100_simulations(double fraction, int clusters, double correlation)
    {
        // Confidence 1/5 to 5/5, each with probability 0.2, right with probability 0.3 + 0.13 · votes. Kept are the highest levels and a part of one.
        double[] rates = [.. Enumerable.Range(1, 5).Select(static votes => 0.3 + (0.13 * votes))];
        var (left, truth) = (1 - fraction, 0.0);
        for (var level = 4; level >= 0; level--)
        {
            truth += Math.Clamp(left, 0, 0.2) * rates[level];
            left -= 0.2;
        }

        truth /= 1 - fraction;
        Assert.InRange(
            ClusteredReference.Coverage(clusters, truth, random =>
            {
                var answers = new List<(int Level, bool Right, ulong Cluster)>();
                for (var cluster = 0; cluster < clusters; cluster++)
                {
                    // Answers of a cluster share how hard their passage is: uniforms that are correlated.
                    var hard = random.NextDouble();
                    for (var place = correlation == 0 ? 1 : random.Next(1, 10); place > 0; place--)
                    {
                        var level = random.Next(5);
                        answers.Add((level, (random.NextDouble() < correlation ? hard : random.NextDouble()) < rates[level], (ulong)cluster));
                    }
                }

                var table = ConfidenceTable.OfVotes(answers.Select(static answer => (answer.Level + 1, 5, answer.Right ? 1 : 0, answer.Right ? 0 : 1)));
                var clustered = correlation == 0 ? null : new ClusteredConfidences(table, answers.Select(answer => (table.LevelOf((answer.Level + 1) / 5.0), answer.Right, answer.Cluster)));
                return Deferral.At(table, clustered, fraction).Interval!.Value;
            }),
            93,
            97);
    }

    [Fact]
    public void Where_all_that_is_kept_is_right_the_interval_is_no_point() =>
        ClusteredReference.AssertNear(BinomialInterval.Wilson(30, 30), Deferral.At(Table, null, 0.7).Interval);

    [Fact]
    public void Fractions_outside_0_to_1_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Deferral.At(Table, null, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Deferral.At(Table, null, -0.1));
        Assert.Throws<ArgumentException>(() => Deferral.At(ConfidenceTable.OfVotes([]), null, 0.5));
    }
}
