using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>Intervals for a proportion of which <c>successes</c> of <c>trials</c> independent trials were seen.</summary>
public static class BinomialInterval
{
    /// <summary>
    /// The exact interval of Clopper and Pearson (Biometrika 26, 1934): each end leaves half of the error on its side. Covers at least as often as it says.
    /// The papers' intervals are of this kind.
    /// </summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static Interval ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        var tail = (1 - confidence) / 2;
        var lower = successes == 0 ? 0 : BetaQuantile(tail, successes, trials - successes + 1);
        var upper = successes == trials ? 1 : 1 - BetaQuantile(tail, trials - successes, successes + 1);
        return new Interval(lower, upper);
    }

    /// <summary>The score interval (Wilson, JASA 22, 1927): close to its confidence on average, shorter than the exact one.</summary>
    /// <inheritdoc cref="ClopperPearson" path="//param|//exception"/>
    public static Interval Wilson(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        var z = Normal.TwoSidedQuantile(confidence);
        double n = trials;
        var (centre, z2) = (successes + (z * z / 2), z * z);
        var half = z * Math.Sqrt(((double)successes * (trials - successes) / n) + (z2 / 4));
        return new Interval(
            successes == 0 ? 0 : (centre - half) / (n + z2),
            successes == trials ? 1 : (centre + half) / (n + z2));
    }

    /// <summary>Wald's interval around Wilson's centre (Agresti and Coull, The American Statistician 52, 1998), cut to 0 and 1.</summary>
    /// <inheritdoc cref="ClopperPearson" path="//param|//exception"/>
    public static Interval AgrestiCoull(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        var z = Normal.TwoSidedQuantile(confidence);
        var n = trials + (z * z);
        var centre = (successes + (z * z / 2)) / n;
        var half = z * Math.Sqrt(centre * (1 - centre) / n);
        return new Interval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    private static void Check(int successes, int trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1, both excluded.");
        }
    }

    /// <summary>
    /// The x at which the regularized incomplete beta function I_x(a, b) reaches <paramref name="probability"/>, to the last bits: halving never stops
    /// early, as general root finders do near 0.
    /// </summary>
    private static double BetaQuantile(double probability, double a, double b)
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
