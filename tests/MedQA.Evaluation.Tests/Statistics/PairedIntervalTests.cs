using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Statistics.ClusteredReference;

namespace MedQA.Evaluation.Tests.Statistics;

public sealed class PairedIntervalTests
{
    [Fact]
    public void Intervals_equal_the_reference() => Assert.All(
        Rows("tango"),
        static row => AssertNear(row.Interval(), PairedInterval.Tango(row.Integer("only_first"), row.Integer("only_second"), row.Integer("items")), 1e-6));

    [Fact]
    public void The_published_example_is_reproduced()
    {
        // Airway hyper-responsiveness, 21 children (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 14, 2014): -0.517 to -0.026.
        var interval = PairedInterval.Tango(1, 7, 21);
        Assert.Equal(-0.517, interval.Lower, 0.0005);
        Assert.Equal(-0.026, interval.Upper, 0.0005);
    }

    [Theory]
    [InlineData(60, 0.1, 0.1)]
    [InlineData(100, 0.1, 0.05)]
    [InlineData(500, 0.05, 0.02)]
    [InlineData(1000, 0.2, 0.2)]
    public void Differences_are_covered_in_93_to_97_of_100_simulations(int items, double onlyFirst, double onlySecond) =>
        Assert.InRange(
            Coverage(items, onlyFirst - onlySecond, random =>
            {
                var (first, second) = (0, 0);
                for (var item = 0; item < items; item++)
                {
                    var drawn = random.NextDouble();
                    first += drawn < onlyFirst ? 1 : 0;
                    second += drawn >= onlyFirst && drawn < onlyFirst + onlySecond ? 1 : 0;
                }

                return PairedInterval.Tango(first, second, items);
            }),
            93,
            97);

    [Property]
    public bool Swapping_the_two_turns_the_interval_round_and_it_is_never_a_point(NonNegativeInt first, NonNegativeInt second, NonNegativeInt equal)
    {
        var items = Math.Max(1, first.Get + second.Get + equal.Get);
        var (one, other) = (PairedInterval.Tango(first.Get, second.Get, items), PairedInterval.Tango(second.Get, first.Get, items));
        return one.Lower < one.Upper && one.Contains((first.Get - second.Get) / (double)items) && (one.Lower, one.Upper) == (-other.Upper, -other.Lower) && one.Lower >= -1 && one.Upper <= 1;
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(-1, 0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(1, 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedInterval.Tango(0, 0, 1, confidence: 1));
    }
}
