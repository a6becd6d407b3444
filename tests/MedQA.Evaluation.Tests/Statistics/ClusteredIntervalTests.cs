using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.ClusteredReference;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class ClusteredIntervalTests
{
    [Fact]
    public void Quantiles_of_Students_distribution_equal_those_of_scipy() => Assert.All(
        Rows("student_quantiles"),
        static row => Assert.Equal(row.Double("t"), StudentT.TwoSidedQuantile(row.Double("confidence"), row.Integer("freedom")), 1e-7));

    [Fact]
    public void Proportions_equal_the_reference()
    {
        foreach (var row in Rows("proportions"))
        {
            var makes = row.Integers("values").Zip(row.Integers("cluster")).GroupBy(static answer => answer.Second)
                .Select(static cluster => (cluster.Count(), cluster.Sum(static answer => answer.First))).ToArray();
            AssertNear(row.Interval(), ClusteredInterval.Proportion(makes), 1e-8);
            var error = StandardErrors.Clustered<int>([.. row.Integers("values").Select(static value => (double)value)], row.Integers("cluster")).StandardError;
            Assert.Equal(row.Double("standard_error"), error * StandardErrors.SmallSample(makes.Length), Tolerance);
        }
    }

    [Fact]
    public void Differences_equal_the_reference()
    {
        foreach (var row in Rows("differences"))
        {
            var makes = Makes(row);
            AssertNear(row.Interval(), ClusteredInterval.Difference(makes), 1e-6);
            if (row.TryGetProperty("at_least", out _))
            {
                var test = McNemar.Test([.. makes.Select(static make => (make.OnlyFirst, make.OnlySecond))]);
                Assert.Equal(row.Double("at_least"), test.ExactP, 1e-12);
                Assert.Equal(row.Double("scipy_permutation_p"), test.ExactP, 1e-12);
                Assert.Equal(row.Double("at_least") - (row.Double("exactly") / 2), test.MidP, 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(20, 0.7, 0.0)]
    [InlineData(20, 0.7, 0.1)]
    [InlineData(20, 0.7, 0.3)]
    [InlineData(20, 0.5, 0.6)]
    [InlineData(20, 0.9, 0.2)]
    [InlineData(20, 0.9, 0.6)]
    [InlineData(100, 0.7, 0.1)]
    [InlineData(100, 0.7, 0.3)]
    [InlineData(100, 0.5, 1.0)]
    [InlineData(100, 0.9, 0.2)]
    [InlineData(100, 0.1, 0.6)]
    [InlineData(100, 0.98, 0.3)]
    [InlineData(100, 0.98, 0.7)]
    [InlineData(20, 0.97, 0.3)]
    [InlineData(20, 0.9, 0.0)]
    [InlineData(20, 0.5, 1.0)]
    public void Proportions_are_covered_in_93_to_97_of_100_simulations(int clusters, double share, double correlation) =>
        Assert.InRange(Coverage(clusters, share, random => ClusteredInterval.Proportion(Clusters(random, clusters, share, correlation))), 93, 97);

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void Proportions_are_covered_where_large_clusters_are_easier(int clusters)
    {
        // E(right) / E(count) with counts 1 to 9 and rates 0.4 + 0.05 · count.
        var truth = 0.4 + (0.05 * Enumerable.Range(1, 9).Sum(static count => count * count) / Enumerable.Range(1, 9).Sum());
        Assert.InRange(
            Coverage(7, truth, random => ClusteredInterval.Proportion(Enumerable.Range(0, clusters).Select(_ =>
            {
                var count = random.Next(1, 10);
                var rate = RateOf(random, 0.4 + (0.05 * count), 0.1);
                return (count, Enumerable.Range(0, count).Count(_ => random.NextDouble() < rate));
            }))),
            93,
            97);
    }

    [Theory]
    [InlineData(20, 0.2, 0.1, 0.3)]
    [InlineData(20, 0.15, 0.15, 0.1)]
    [InlineData(100, 0.2, 0.1, 0.3)]
    [InlineData(100, 0.1, 0.1, 0.5)]
    [InlineData(100, 0.1, 0.05, 0.1)]
    public void Differences_are_covered_in_93_to_97_of_100_simulations(int clusters, double onlyFirst, double onlySecond, double correlation) =>
        Assert.InRange(
            Coverage(clusters, onlyFirst - onlySecond, random => ClusteredInterval.Difference(Enumerable.Range(0, clusters).Select(_ =>
            {
                var count = random.Next(1, 10);
                var apart = RateOf(random, onlyFirst + onlySecond, correlation);
                var first = RateOf(random, onlyFirst / (onlyFirst + onlySecond), correlation);
                var answers = Enumerable.Range(0, count).Select(_ => random.NextDouble() >= apart ? 0 : random.NextDouble() < first ? 1 : -1).ToArray();
                return (count, answers.Count(static answer => answer == 1), answers.Count(static answer => answer == -1));
            }))),
            93,
            97);

    [Fact]
    public void Clusters_that_all_agree_count_as_one_answer_each_and_give_no_point()
    {
        (int, int)[] right = [.. Enumerable.Repeat((5, 5), 20)];
        // A design effect of 5: four fifths of the variance are estimated from 20 clusters.
        Assert.Equal(BinomialInterval.Score(20, 20, StudentT.TwoSidedQuantile(0.95, 19 / (0.8 * 0.8))), ClusteredInterval.Proportion(right));
        var equal = ClusteredInterval.Difference(Enumerable.Repeat((5, 0, 0), 20));
        Assert.InRange(equal.Upper, 0.1, 0.3);
        Assert.Equal(-equal.Upper, equal.Lower, 1e-12);
        Assert.Equal(new Interval(0, 1), ClusteredInterval.Proportion([(50, 25)]));
        Assert.Equal(new Interval(-1, 1), ClusteredInterval.Difference([(50, 25, 0)]));
    }

    [Fact]
    public void Four_questions_asked_25_times_say_next_to_nothing()
    {
        var interval = ClusteredInterval.Proportion([(25, 25), (25, 0), (25, 25), (25, 0)]);
        Assert.InRange(interval.Lower, 0, 0.1);
        Assert.InRange(interval.Upper, 0.9, 1);
        Assert.Equal(0.125, McNemar.Test([(25, 0), (25, 0), (25, 0), (25, 0)]).ExactP);
    }

    [Fact]
    public void Means_of_shares_are_covered_in_93_to_97_of_100_simulations()
    {
        foreach (var (share, ratings) in new[] { (0.8, 1), (0.8, 3), (0.95, 2) })
        {
            Assert.InRange(
                Coverage(3, share, random =>
                {
                    var shares = Enumerable.Range(0, 60).Select(_ =>
                    {
                        var rate = RateOf(random, share, 0.3);
                        return Enumerable.Range(0, ratings).Count(_ => random.NextDouble() < rate) / (double)ratings;
                    }).ToArray();
                    return ClusteredInterval.MeanShare(shares, 60 * ratings);
                }),
                93,
                97);
        }

        Assert.Equal(new Interval(0, 1), ClusteredInterval.MeanShare([1], 3));
        Assert.InRange(ClusteredInterval.MeanShare([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 30).Lower, 0.5, 0.8);
    }

    [Fact]
    public void Means_over_data_sets_equal_the_reference_and_are_covered()
    {
        foreach (var row in Rows("means"))
        {
            var parts = row.GetProperty("parts").EnumerateArray().Select(static part => (Right: part[0].GetInt32(), Of: part[1].GetInt32())).ToArray();
            AssertNear(row.Interval(), Mean(parts));
        }

        (int Of, double Share)[] sets = [(20, 0.6), (50, 0.8), (200, 0.95)];
        Assert.InRange(
            Coverage(1, sets.Average(static set => set.Share), random => Mean([.. sets.Select(set => (Enumerable.Range(0, set.Of).Count(_ => random.NextDouble() < set.Share), set.Of))])),
            93,
            97);

        static Interval Mean((int Right, int Of)[] parts) => MeanInterval.Of(
            [.. parts.Select(static part => (double)part.Right / part.Of)], [.. parts.Select(static part => BinomialInterval.Wilson(part.Right, part.Of))]);
    }

    [Fact]
    public void What_is_no_cluster_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ClusteredInterval.Proportion([]));
        Assert.Throws<ArgumentException>(() => ClusteredInterval.Proportion([(0, 0)]));
        Assert.Throws<ArgumentException>(() => ClusteredInterval.Proportion([(1, 2)]));
        Assert.Throws<ArgumentException>(() => ClusteredInterval.Difference([(1, 1, 1)]));
        Assert.Throws<ArgumentException>(() => ClusteredInterval.MeanShare([], 1));
        Assert.Throws<ArgumentException>(() => MeanInterval.Of([0.5], []));
    }

    private static (int Count, int OnlyFirst, int OnlySecond)[] Makes(System.Text.Json.JsonElement row)
    {
        var (first, second, cluster) = (row.Integers("first"), row.Integers("second"), row.Integers("cluster"));
        return
        [
            .. Enumerable.Range(0, first.Length).GroupBy(place => cluster[place])
                .Select(places => (places.Count(), places.Count(place => first[place] > second[place]), places.Count(place => first[place] < second[place]))),
        ];
    }
}
