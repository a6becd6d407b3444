using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class StandardErrorsTests
{
    [Fact]
    public void Paired_differences_equal_the_reference()
    {
        var row = Section("paired_difference");
        var (mean, error) = StandardErrors.Paired(row.Doubles("a"), row.Doubles("b"));
        Assert.Equal(row.Double("difference"), mean, Tolerance);
        Assert.Equal(row.Double("standard_error"), error, Tolerance);
    }

    [Fact]
    public void Clustered_and_independent_errors_equal_the_reference()
    {
        var row = Section("clustered_standard_error");
        var clustered = StandardErrors.Clustered<int>(row.Doubles("values"), row.Integers("cluster"));
        Assert.Equal(row.Double("mean"), clustered.Mean, Tolerance);
        Assert.Equal(row.Double("se_clustered"), clustered.StandardError, Tolerance);
        Assert.Equal(row.Double("se_independent"), StandardErrors.Independent(row.Doubles("values")).StandardError, Tolerance);
    }

    [Property]
    public bool With_every_value_its_own_cluster_the_error_is_the_independent_one(NonEmptyArray<byte> bytes)
    {
        var values = bytes.Get.Select(static value => (double)value).ToArray();
        var clusters = Enumerable.Range(0, values.Length).ToArray();
        return Math.Abs(StandardErrors.Clustered<int>(values, clusters).StandardError - StandardErrors.Independent(values).StandardError) < 1e-9;
    }

    [Fact]
    public void Too_little_to_compute_from_is_refused()
    {
        Assert.Throws<ArgumentException>(() => StandardErrors.Independent([]));
        Assert.Throws<ArgumentException>(() => StandardErrors.Paired([1], [0]));
        Assert.Throws<ArgumentException>(() => StandardErrors.Paired([1, 0], [0]));
        Assert.Throws<ArgumentException>(() => StandardErrors.Clustered<int>([1, 0], [0]));
    }

    [Fact]
    public void An_interval_reaches_as_many_standard_errors_as_Students_distribution_asks_for()
    {
        // scipy.stats.t.ppf(0.975, 19)
        var interval = new MeanWithError(0.5, 0.1).IntervalAt(19);
        Assert.Equal(0.5 - 0.20930240544082634, interval.Lower, 1e-12);
        Assert.Equal(0.5 + 0.20930240544082634, interval.Upper, 1e-12);
    }
}
