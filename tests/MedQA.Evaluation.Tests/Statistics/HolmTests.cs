using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.StatisticsReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class HolmTests
{
    [Fact]
    public void Adjusted_values_equal_those_of_statsmodels()
    {
        foreach (var row in Section("holm").EnumerateArray())
        {
            Assert.Equal(row.Doubles("adjusted"), Holm.Adjust(row.Doubles("p")), static (expected, actual) => Math.Abs(expected - actual) < Tolerance);
        }
    }

    [Property]
    public bool Adjusting_keeps_the_order_and_never_lowers(byte[] bytes)
    {
        var p = bytes.Select(static value => value / 255.0).ToArray();
        var adjusted = Holm.Adjust(p);
        return Enumerable.Range(0, p.Length).All(i => adjusted[i] >= p[i] && adjusted[i] <= 1 && Enumerable.Range(0, p.Length).All(j => p[i] >= p[j] || adjusted[i] <= adjusted[j]));
    }

    [Property]
    public bool The_order_of_the_family_does_not_matter(byte[] bytes)
    {
        var p = bytes.Select(static value => value / 255.0).ToArray();
        return Holm.Adjust([.. p.Reverse()]).Reverse().SequenceEqual(Holm.Adjust(p));
    }

    [Fact]
    public void Values_that_are_no_probabilities_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Holm.Adjust([0.5, 1.1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Holm.Adjust([double.NaN]));
        Assert.Empty(Holm.Adjust([]));
    }
}
