using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>The beta distribution.</summary>
internal static class Beta
{
    /// <summary>
    /// Returns the x at which the regularized incomplete beta function I_x(a, b) reaches <paramref name="probability"/>, to the last bits:
    /// halving never stops early, as general root finders do near 0.
    /// </summary>
    public static double Quantile(double probability, double a, double b)
    {
        var (low, high) = (0.0, 1.0);
        while (true)
        {
            var middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high || high - low < 1e-17)
            {
                return middle;
            }

            if (SpecialFunctions.BetaRegularized(a, b, middle) < probability)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
    }
}
