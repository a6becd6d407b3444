using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class McNemarTests
{
    [Fact]
    public void P_values_equal_those_of_statsmodels()
    {
        foreach (var row in Section("mcnemar").EnumerateArray())
        {
            var table = row.GetProperty("table");
            var test = McNemar.Test(table[0][1].GetInt32(), table[1][0].GetInt32());
            Assert.Equal(row.Double("exact_p"), test.ExactP, Tolerance);
            if (test.Undecided)
            {
                Assert.Equal((1, null), (test.MidP, test.CorrectedChiSquareP));
                continue;
            }

            Assert.Equal(row.Double("midp"), test.MidP, Tolerance);
            Assert.Equal(row.Double("chi2_corrected_p"), test.CorrectedChiSquareP!.Value, Tolerance);
        }
    }

    [Fact]
    public void Equally_many_on_both_sides_give_1_less_half_the_probability_of_that()
    {
        Assert.Equal(1 - (0.375 / 2), McNemar.Test(2, 2).MidP, 1e-15);
        Assert.Equal(1, McNemar.Test(2, 2).ExactP);
    }

    [Property]
    public bool Swapping_the_runs_changes_no_p(NonNegativeInt b, NonNegativeInt c)
    {
        var (one, other) = (McNemar.Test(b.Get, c.Get), McNemar.Test(c.Get, b.Get));
        return (one.MidP, one.ExactP, one.CorrectedChiSquareP) == (other.MidP, other.ExactP, other.CorrectedChiSquareP);
    }

    [Property]
    public bool The_mid_p_value_is_below_the_exact_one_and_falls_as_the_runs_part(NonNegativeInt b, PositiveInt c)
    {
        var test = McNemar.Test(b.Get, c.Get);
        return test.MidP > 0 && test.MidP < test.ExactP && test.ExactP <= 1
            && (b.Get >= c.Get || McNemar.Test(b.Get, c.Get + 1).MidP < test.MidP);
    }

    [Property]
    public bool With_one_question_in_each_cluster_the_clustered_test_is_the_usual_one(NonNegativeInt b, NonNegativeInt c)
    {
        (int, int)[] clusters = [.. Enumerable.Repeat((1, 0), b.Get), .. Enumerable.Repeat((0, 1), c.Get), (0, 0)];
        var (one, other) = (McNemar.Test(b.Get, c.Get), McNemar.Test(clusters));
        return Math.Abs(one.ExactP - other.ExactP) < 1e-12 && Math.Abs(one.MidP - other.MidP) < 1e-12 && one.Undecided == other.Undecided;
    }

    [Fact]
    public void Clusters_that_speak_for_neither_run_decide_nothing()
    {
        var test = McNemar.Test([(3, 3), (1, 1)]);
        Assert.Equal((true, 1, 1, 4, 4), (test.Undecided, test.MidP, test.ExactP, test.OnlyFirst, test.OnlySecond));
        Assert.Throws<ArgumentException>(() => McNemar.Test([(-1, 0)]));
    }

    [Fact]
    public void Runs_that_are_equally_good_are_told_apart_in_no_more_than_5_of_100_simulations_though_questions_come_in_clusters()
    {
        var (random, clustered, asIfAlone) = (new Random(1), 0, 0);
        for (var simulation = 0; simulation < 2000; simulation++)
        {
            var clusters = new (int First, int Second)[40];
            for (var cluster = 0; cluster < clusters.Length; cluster++)
            {
                var first = ClusteredReference.RateOf(random, 0.5, 0.4);
                var apart = Enumerable.Range(0, random.Next(0, 7)).Count(_ => random.NextDouble() < first);
                clusters[cluster] = (apart, random.Next(0, 3) == 0 ? apart : 0);
                clusters[cluster] = random.Next(2) == 0 ? clusters[cluster] : (clusters[cluster].Second, clusters[cluster].First);
            }

            clustered += McNemar.Test(clusters).MidP < 0.05 ? 1 : 0;
            asIfAlone += McNemar.Test(clusters.Sum(static cluster => cluster.First), clusters.Sum(static cluster => cluster.Second)).MidP < 0.05 ? 1 : 0;
        }

        Assert.InRange(clustered, 60, 120);
        Assert.InRange(asIfAlone, 200, 2000);
    }

    [Fact]
    public void Very_many_clusters_of_unequal_size_are_tested_by_the_normal_distribution()
    {
        (int, int)[] few = [.. Enumerable.Range(0, 600).Select(static cluster => cluster % 20 < 11 ? ((cluster % 7) + 2, 0) : (0, (cluster % 7) + 2))];
        (int, int)[] many = [.. Enumerable.Range(0, 6000).Select(static cluster => cluster % 200 < 102 ? ((cluster % 7) + 2, 0) : (0, (cluster % 7) + 2))];
        var exact = McNemar.Test(few);
        var z = Math.Abs(few.Sum(static cluster => cluster.Item1 - cluster.Item2)) / Math.Sqrt(few.Sum(static cluster => Math.Pow(cluster.Item1 - cluster.Item2, 2)));
        Assert.Equal(Normal.TwoSidedTail(z), exact.MidP, 0.002);
        Assert.Equal(McNemar.Test(many).MidP, McNemar.Test(many).ExactP);
    }

    [Fact]
    public void Tens_of_thousands_of_questions_keep_the_precision()
    {
        // Against the incomplete beta function, another way to the same tail.
        var expected = 2 * MathNet.Numerics.SpecialFunctions.BetaRegularized(20_300, 19_701, 0.5);
        Assert.Equal(expected, McNemar.Test(19_700, 20_300).ExactP, 1e-9);
    }
}
