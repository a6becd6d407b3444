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
        var point = Deferral.At(Table, fraction);
        Assert.Equal(kept, point.Kept, 1e-9);
        Assert.Equal(threshold, point.Threshold);
        Assert.Equal(accuracy, point.Accuracy, 1e-12);
    }

    [Fact]
    public void Fractions_outside_0_to_1_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Deferral.At(Table, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Deferral.At(Table, -0.1));
        Assert.Throws<ArgumentException>(() => Deferral.At(ConfidenceTable.OfVotes([]), 0.5));
    }
}
