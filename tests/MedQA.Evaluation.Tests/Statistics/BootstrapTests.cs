using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class BootstrapTests
{
    [Fact]
    public void Percentiles_of_a_mean_tend_to_the_exact_ones()
    {
        var row = Section("bootstrap_percentile");
        var interval = Bootstrap.Mean(row.Doubles("values"), key: 1, resamples: 20_000);
        Assert.Equal(row.Double("lo"), interval.Lower, 1e-9);
        Assert.Equal(row.Double("hi"), interval.Upper, 1e-9);
    }

    [Fact]
    public void The_same_key_gives_the_same_interval_and_another_key_another()
    {
        double[] values = [.. Enumerable.Range(0, 50).Select(static value => (double)(value * value))];
        Assert.Equal(Bootstrap.Mean(values, 7), Bootstrap.Mean(values, 7));
        Assert.NotEqual(Bootstrap.Mean(values, 7), Bootstrap.Mean(values, 8));
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
        var intervals = Bootstrap.Calibration(table, key: 3);
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
    public void Nothing_to_resample_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Mean([], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Mean([1], 1, resamples: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Mean([1], 1, confidence: 1));
    }
}
