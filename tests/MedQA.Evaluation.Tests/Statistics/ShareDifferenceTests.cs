using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class ShareDifferenceTests
{
    /// <summary>The second and the third are the examples of R's fisher.test (0.4857) and of SciPy's fisher_exact (0.0350); all follow from exact fractions.</summary>
    [Theory]
    [InlineData(6, 8, 1, 5, 0.10256410256410256)]
    [InlineData(3, 4, 1, 4, 0.4857142857142857)]
    [InlineData(8, 10, 1, 6, 0.03496503496503497)]
    [InlineData(12, 17, 29, 31, 0.08026855207410465)]
    [InlineData(0, 5, 5, 5, 0.007936507936507936)]
    [InlineData(10, 10, 10, 10, 1)]
    [InlineData(200, 300, 150, 300, 4.75385213928901e-05)]
    [InlineData(0, 0, 3, 9, 1)]
    public void Fishers_test_gives_the_values_of_exact_fractions(int right, int count, int othersRight, int others, double p)
    {
        Assert.Equal(p, ShareDifference.Exact(right, count, othersRight, others), p * 1e-12);
        Assert.Equal(p, ShareDifference.Exact(othersRight, others, right, count), p * 1e-12);
    }

    [Fact]
    public void A_million_questions_are_tested_in_time_and_stay_numbers()
    {
        Assert.InRange(ShareDifference.Exact(250_100, 500_000, 249_900, 500_000), 0.68, 0.70);
        Assert.Equal(0, ShareDifference.Exact(500_000, 500_000, 0, 500_000), 1e-300);
    }

    /// <summary>The values are those of a program of its own, which integrates Student's density.</summary>
    [Fact]
    public void The_test_of_clusters_gives_the_values_of_another_implementation()
    {
        Assert.Equal(0.1470842994213255, ShareDifference.Clustered([(3, 3, 0, 0), (2, 1, 1, 0), (0, 0, 4, 1), (1, 1, 2, 1), (2, 2, 0, 0), (0, 0, 3, 0), (1, 0, 1, 1), (0, 0, 2, 1)]), 1e-9);
        Assert.Equal(
            0.16387561365560954,
            ShareDifference.Clustered([.. Enumerable.Repeat((1, 1, 0, 0), 5), .. Enumerable.Repeat((1, 0, 0, 0), 3), .. Enumerable.Repeat((0, 0, 1, 1), 2), .. Enumerable.Repeat((0, 0, 1, 0), 6)]),
            1e-9);
        Assert.Equal(1, ShareDifference.Clustered([(3, 3, 1, 0)]));
        Assert.Equal(1, ShareDifference.Clustered([(1, 1, 0, 0), (0, 0, 1, 1)]));
    }

    [Property(MaxTest = 300)]
    public bool A_p_value_is_one_and_the_order_of_clusters_changes_nothing(NonEmptyArray<byte> bytes)
    {
        var clusters = bytes.Get.Select(static value => (Count: value & 3, Right: Math.Min(value & 3, (value >> 2) & 3), Others: (value >> 4) & 3, OthersRight: Math.Min((value >> 4) & 3, value >> 6)))
            .Where(static cluster => cluster.Count + cluster.Others > 0).ToList();
        var p = ShareDifference.Clustered(clusters);
        return p is >= 0 and <= 1 && p.Equals(ShareDifference.Clustered(clusters.AsEnumerable().Reverse()));
    }
}
