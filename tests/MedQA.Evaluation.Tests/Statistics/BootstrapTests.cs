using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class BootstrapTests
{
    [Fact]
    public void Percentiles_of_a_mean_tend_to_the_exact_ones()
    {
        var row = Section("bootstrap_percentile");
        var interval = Mean(row.Doubles("values"), key: 1, resamples: 20_000);
        Assert.Equal(row.Double("lo"), interval.Lower, 1e-9);
        Assert.Equal(row.Double("hi"), interval.Upper, 1e-9);
    }

    [Fact]
    public void The_same_key_gives_the_same_interval_and_another_key_another()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(static value => (double)(value * value))];
        Assert.Equal(Mean(values, 7), Mean(values, 7));
        Assert.NotEqual(Mean(values, 7), Mean(values, 8));
    }

    [Fact]
    public void Resamples_that_leave_a_statistic_undefined_are_left_out_unless_they_are_most()
    {
        Assert.Null(Bootstrap.Percentile(3, static _ => double.NaN, 1));
        Assert.Equal(new Interval(5, 5), Bootstrap.Percentile(4, static indices => indices.Contains(0) ? 5 : double.NaN, 1));
    }

    [Fact]
    public void Calibration_intervals_equal_those_of_resampling_the_answers_one_by_one()
    {
        (int Votes, int Samples, int Right, int Wrong)[] levels = [(2, 5, 3, 9), (3, 5, 8, 6), (4, 5, 12, 4), (5, 5, 20, 1)];
        var table = ConfidenceTable.OfVotes(levels);
        var answers = levels.SelectMany(static level => Enumerable.Repeat((level.Votes / 5.0, true), level.Right).Concat(Enumerable.Repeat((level.Votes / 5.0, false), level.Wrong))).ToArray();
        var intervals = Bootstrap.Calibration(table, key: 3)!;
        Assert.Equal(One(static figures => figures.Brier), intervals.Brier);
        Assert.Equal(One(static figures => figures.Auroc!.Value), intervals.Auroc);
        Assert.Equal(One(static figures => figures.Aurc), intervals.Aurc);
        Assert.True(intervals.Auroc!.Value.Contains(CalibrationFigures.Of(table).Auroc!.Value));

        Interval One(Func<CalibrationFigures, double> figure) => Bootstrap.Percentile(answers.Length, indices =>
        {
            var counts = new (int Votes, int Samples, int Right, int Wrong)[6];
            foreach (var index in indices)
            {
                var votes = (int)Math.Round(answers[index].Item1 * 5);
                var (_, _, right, wrong) = counts[votes];
                counts[votes] = (votes, 5, right + (answers[index].Item2 ? 1 : 0), wrong + (answers[index].Item2 ? 0 : 1));
            }

            return figure(CalibrationFigures.Of(ConfidenceTable.OfVotes(counts.Where(static level => level.Samples > 0))));
        }, key: 3)!.Value;
    }

    [Fact]
    public void Where_all_answers_are_right_or_all_are_wrong_nothing_can_be_resampled()
    {
        Assert.Null(Bootstrap.Calibration(ConfidenceTable.OfVotes([(5, 5, 40, 0), (4, 5, 3, 0)]), key: 1));
        Assert.Null(Bootstrap.Calibration(ConfidenceTable.OfVotes([(5, 5, 0, 4)]), key: 1));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void Brier_scores_of_clustered_answers_are_covered_in_93_to_97_of_100_simulations(int clusters)
    {
        // Confidence 0.8, right with probability 0.7: the Brier score is 0.7 · 0.04 + 0.3 · 0.64.
        Assert.InRange(
            ClusteredReference.Coverage(clusters, 0.22, random =>
            {
                var answers = ClusteredReference.Clusters(random, clusters, 0.7, 0.3)
                    .SelectMany(static (cluster, number) => Enumerable.Range(0, cluster.Count).Select(place => (Level: 0, Right: place < cluster.Right, (ulong)number))).ToArray();
                var table = ConfidenceTable.OfVotes([(4, 5, answers.Count(static answer => answer.Right), answers.Count(static answer => !answer.Right))]);
                return Bootstrap.Calibration(new ClusteredConfidences(table, answers), (ulong)random.NextInt64(), resamples: 200)!.Brier;
            }),
            93,
            97);
    }

    [Fact]
    public void Nothing_to_resample_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Percentile(0, static _ => 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Percentile(1, static _ => 0, 1, resamples: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Percentile(1, static _ => 0, 1, confidence: 1));
    }

    private static Interval Mean(double[] values, ulong key, int resamples = Bootstrap.DefaultResamples) => Bootstrap.Percentile(
        values.Length,
        indices =>
        {
            var sum = 0.0;
            foreach (var index in indices)
            {
                sum += values[index];
            }

            return sum / values.Length;
        },
        key,
        resamples)!.Value;
}
