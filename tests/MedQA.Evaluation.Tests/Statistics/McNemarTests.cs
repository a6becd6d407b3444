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

    [Fact]
    public void Tens_of_thousands_of_questions_keep_the_precision()
    {
        // Against the incomplete beta function, another way to the same tail.
        var expected = 2 * MathNet.Numerics.SpecialFunctions.BetaRegularized(20_300, 19_701, 0.5);
        Assert.Equal(expected, McNemar.Test(19_700, 20_300).ExactP, 1e-9);
    }
}
