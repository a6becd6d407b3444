namespace MedQA.Evaluation.Statistics;

/// <summary>Intervals for a proportion of which <c>successes</c> of <c>trials</c> independent trials were seen.</summary>
public static class BinomialInterval
{
    /// <summary>
    /// Returns the exact interval of Clopper and Pearson (Biometrika 26, 1934): each end leaves half of the error on its side. Covers at
    /// least as often as it says. The papers' intervals are of this kind.
    /// </summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static Interval ClopperPearson(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        var tail = (1 - confidence) / 2;
        var lower = successes == 0 ? 0 : Beta.Quantile(tail, successes, trials - successes + 1);
        var upper = successes == trials ? 1 : 1 - Beta.Quantile(tail, trials - successes, successes + 1);
        return new Interval(lower, upper);
    }

    /// <summary>
    /// Returns the score interval (Wilson, JASA 22, 1927): close to its confidence on average, shorter than the exact one.
    /// </summary>
    /// <inheritdoc cref="ClopperPearson" path="//param|//exception"/>
    public static Interval Wilson(int successes, int trials, double confidence = 0.95)
    {
        Check(successes, trials, confidence);
        return Score(successes, trials, Normal.TwoSidedQuantile(confidence));
    }

    /// <summary>Wilson's interval for a sample worth a possibly fractional number of independent trials.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">Above 0.</param>
    /// <param name="quantile">How many standard errors to go: z, or t where the standard error was estimated from few clusters.</param>
    internal static Interval Score(double successes, double trials, double quantile)
    {
        var (centre, squared) = (successes + (quantile * quantile / 2), quantile * quantile);
        var half = quantile * Math.Sqrt((successes * (trials - successes) / trials) + (squared / 4));
        return new Interval(
            successes <= 0 ? 0 : Math.Max(0, (centre - half) / (trials + squared)),
            successes >= trials ? 1 : Math.Min(1, (centre + half) / (trials + squared)));
    }

    /// <summary>Throws if the confidence is out of range.</summary>
    internal static void CheckConfidence(double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence must be between 0 and 1, both excluded.");
        }
    }

    private static void Check(int successes, int trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        CheckConfidence(confidence);
    }
}
