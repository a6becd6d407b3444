namespace MedQA.Evaluation.Statistics;

/// <summary>The score interval for the difference of two proportions of the same items (Tango, Statistics in Medicine 17, 1998).</summary>
internal static class PairedInterval
{
    /// <summary>Returns the differences that a score test does not reject. Never a point, even where no item tells the two apart.</summary>
    /// <param name="onlyFirst">Items on which only the first succeeds; at least 0.</param>
    /// <param name="onlySecond">Items on which only the second succeeds; at least 0.</param>
    /// <param name="items">All items; at least 1, and as many as the other two together.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <returns>The interval of the first proportion less the second.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static Interval Tango(int onlyFirst, int onlySecond, int items, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(items, Math.Max(1, onlyFirst + onlySecond));
        BinomialInterval.CheckConfidence(confidence);

        return Tango((double)onlyFirst, onlySecond, items, Normal.TwoSidedQuantile(confidence));
    }

    /// <summary>Returns the same for a sample worth a possibly fractional number of independent items.</summary>
    internal static Interval Tango(double onlyFirst, double onlySecond, double items, double quantile) =>
        new(-Upper(onlySecond, onlyFirst, items, quantile), Upper(onlyFirst, onlySecond, items, quantile));

    /// <summary>Returns the largest difference at most this many standard errors above the observed one.</summary>
    private static double Upper(double first, double second, double items, double quantile)
    {
        var seen = (first - second) / items;
        var (low, high) = (seen, 1.0);
        while (true)
        {
            var middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                return high;
            }

            if (items * (middle - seen) <= quantile * StandardError(middle))
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        // With the share of items on which only the second succeeds at its likeliest for this difference: the root of a quadratic.
        double StandardError(double difference)
        {
            var b = -first - second + (((2 * items) - first + second) * difference);
            var c = -second * difference * (1 - difference);
            var share = (Math.Sqrt(Math.Max(0, (b * b) - (8 * items * c))) - b) / (4 * items);
            return Math.Sqrt(Math.Max(0, items * ((2 * share) + (difference * (1 - difference)))));
        }
    }
}
