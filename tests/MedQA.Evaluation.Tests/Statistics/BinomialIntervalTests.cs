using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;
using Interval = MedQA.Evaluation.Statistics.Interval;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class BinomialIntervalTests
{
    [Fact]
    public void Intervals_equal_those_of_statsmodels()
    {
        foreach (var row in Section("proportion_intervals_95").EnumerateArray())
        {
            var (successes, trials) = (row.Integer("successes"), row.Integer("trials"));
            Near(row, "clopper_pearson", BinomialInterval.ClopperPearson(successes, trials));
            Near(row, "wilson", BinomialInterval.Wilson(successes, trials));
        }
    }

    [Theory]
    [InlineData(861, 1273, 65.0, 70.2)]
    [InlineData(395, 500, 75.2, 82.5)]
    [InlineData(86, 135, 55.0, 71.8)]
    [InlineData(2410, 4183, 56.1, 59.1)]
    public void Clopper_Pearson_gives_the_published_intervals(int successes, int trials, double lower, double upper)
    {
        var interval = BinomialInterval.ClopperPearson(successes, trials);
        Assert.Equal(lower, 100 * interval.Lower, 0.051);
        Assert.Equal(upper, 100 * interval.Upper, 0.051);
    }

    [Property]
    public bool Every_interval_contains_the_share_that_was_seen_and_stays_within_0_and_1(NonNegativeInt a, NonNegativeInt b)
    {
        var (successes, trials) = Trials(a, b);
        return All(successes, trials).All(interval => interval.Contains((double)successes / trials) && interval is { Lower: >= 0, Upper: <= 1 });
    }

    [Property]
    public bool One_more_success_moves_both_ends_up(NonNegativeInt a, NonNegativeInt b)
    {
        var (successes, trials) = Trials(a, b);
        return successes == trials || All(successes, trials).Zip(All(successes + 1, trials)).All(static pair => pair.First.Lower <= pair.Second.Lower && pair.First.Upper <= pair.Second.Upper);
    }

    [Property]
    public bool Successes_and_failures_mirror_each_other(NonNegativeInt a, NonNegativeInt b)
    {
        var (successes, trials) = Trials(a, b);
        return All(successes, trials).Zip(All(trials - successes, trials)).All(static pair =>
            Math.Abs(pair.First.Lower - (1 - pair.Second.Upper)) < 1e-12 && Math.Abs(pair.First.Upper - (1 - pair.Second.Lower)) < 1e-12);
    }

    [Property]
    public bool More_confidence_is_a_wider_interval(NonNegativeInt a, NonNegativeInt b)
    {
        var (successes, trials) = Trials(a, b);
        return All(successes, trials, 0.9).Zip(All(successes, trials, 0.99)).All(static pair => pair.First.Lower >= pair.Second.Lower && pair.First.Upper <= pair.Second.Upper);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.93)]
    public void Clopper_Pearson_covers_the_true_share_at_least_as_often_as_it_says(double share)
    {
        foreach (var trials in new[] { 7, 40, 120 })
        {
            var covered = Enumerable.Range(0, trials + 1)
                .Where(successes => BinomialInterval.ClopperPearson(successes, trials).Contains(share))
                .Sum(successes => MathNet.Numerics.Distributions.Binomial.PMF(share, trials, successes));
            Assert.InRange(covered, 0.95, 1 + 1e-9);
        }
    }

    [Fact]
    public void A_hundred_thousand_trials_keep_the_precision()
    {
        // The ends where the binomial tails are 2.5 % each.
        var interval = BinomialInterval.ClopperPearson(60_000, 100_000);
        Assert.Equal(0.025, 1 - MathNet.Numerics.Distributions.Binomial.CDF(interval.Lower, 100_000, 59_999), 1e-8);
        Assert.Equal(0.025, MathNet.Numerics.Distributions.Binomial.CDF(interval.Upper, 100_000, 60_000), 1e-8);
    }

    [Theory]
    [InlineData(0, 0, 0.95)]
    [InlineData(-1, 5, 0.95)]
    [InlineData(6, 5, 0.95)]
    [InlineData(3, 5, 0)]
    [InlineData(3, 5, 1)]
    [InlineData(3, 5, double.NaN)]
    public void Impossible_counts_are_refused(int successes, int trials, double confidence)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialInterval.ClopperPearson(successes, trials, confidence));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialInterval.Wilson(successes, trials, confidence));
    }

    private static (int Successes, int Trials) Trials(NonNegativeInt a, NonNegativeInt b) => (Math.Min(a.Get, b.Get), Math.Max(1, Math.Max(a.Get, b.Get)));

    private static Interval[] All(int successes, int trials, double confidence = 0.95) =>
    [
        BinomialInterval.ClopperPearson(successes, trials, confidence),
        BinomialInterval.Wilson(successes, trials, confidence),
    ];

    private static void Near(JsonElement row, string name, Interval actual)
    {
        var expected = row.Doubles(name);
        Assert.Equal(expected[0], actual.Lower, Tolerance);
        Assert.Equal(expected[1], actual.Upper, Tolerance);
    }
}
