namespace MedQA.Evaluation.Statistics;

/// <summary>Krippendorff's alpha: agreement beyond chance of any number of raters, ratings missing or not (Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011).</summary>
public static class KrippendorffAlpha
{
    /// <summary>Computes alpha: 1 less observed over expected disagreement.</summary>
    /// <param name="ratings">For each rater, the rating of each item, or <see langword="null"/> where it is missing. Items that fewer than two rated play no part.</param>
    /// <param name="scale">What the ratings' values mean.</param>
    /// <returns><see langword="null"/> where no two ratings can be compared, or all are equal.</returns>
    /// <exception cref="ArgumentException">The raters differ in the number of items.</exception>
    public static double? Of(IReadOnlyList<IReadOnlyList<double?>> ratings, RatingScale scale) => Corrected(ratings, scale, null)?.Kappa;

    /// <summary>The 95 % interval of <see cref="Of"/>.</summary>
    /// <inheritdoc cref="Of" path="//param|//exception"/>
    /// <returns><see langword="null"/> where fewer than two items were rated more than once, or alpha is undefined.</returns>
    public static Interval? IntervalOf(IReadOnlyList<IReadOnlyList<double?>> ratings, RatingScale scale)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        var raters = Enumerable.Range(0, ratings.Count == 0 ? 0 : ratings[0].Count).Select(item => ratings.Count(rater => rater[item] is not null)).ToArray();
        int[] items = [.. Enumerable.Range(0, raters.Length).Where(item => raters[item] > 1)];
        var pairs = items.Sum(item => raters[item] * (raters[item] - 1) / 2.0);
        return AgreementInterval.Of(items.Length, pairs, Corrected(ratings, scale, null), left => Corrected(ratings, scale, items[left]));
    }

    private static ChanceCorrected? Corrected(IReadOnlyList<IReadOnlyList<double?>> ratings, RatingScale scale, int? leftOut)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        if (ratings.Any(rater => rater.Count != ratings[0].Count))
        {
            throw new ArgumentException("Every rater needs an entry for every item, null where the rating is missing.", nameof(ratings));
        }

        var values = ratings.SelectMany(static rater => rater).OfType<double>().Distinct().Order().ToArray();
        var coincidences = Coincidences(ratings, values, leftOut);
        var totals = Enumerable.Range(0, values.Length).Select(value => Enumerable.Range(0, values.Length).Sum(other => coincidences[value, other])).ToArray();
        var all = totals.Sum();
        var (observed, expected, largest) = (0.0, 0.0, 0.0);
        for (var one = 0; one < values.Length; one++)
        {
            for (var other = 0; other < values.Length; other++)
            {
                var difference = SquaredDifference(one, other, values, totals, scale);
                observed += coincidences[one, other] * difference;
                expected += totals[one] * totals[other] * difference;
                largest = totals[one] * totals[other] > 0 ? Math.Max(largest, difference) : largest;
            }
        }

        return expected == 0 ? null : new ChanceCorrected(1 - ((all - 1) * observed / expected), expected / (all * (all - 1) * largest));
    }

    /// <summary>How often two values meet on an item; each pair of an item's m ratings weighs 1/(m − 1).</summary>
    private static double[,] Coincidences(IReadOnlyList<IReadOnlyList<double?>> ratings, double[] values, int? leftOut)
    {
        var coincidences = new double[values.Length, values.Length];
        var counts = new int[values.Length];
        for (var item = 0; ratings.Count > 0 && item < ratings[0].Count; item++)
        {
            Array.Clear(counts);
            if (item == leftOut)
            {
                continue;
            }

            foreach (var rater in ratings)
            {
                if (rater[item] is { } rating)
                {
                    counts[Array.BinarySearch(values, rating)]++;
                }
            }

            var raters = counts.Sum();
            for (var one = 0; raters > 1 && one < values.Length; one++)
            {
                for (var other = 0; other < values.Length; other++)
                {
                    coincidences[one, other] += (double)counts[one] * (counts[other] - (one == other ? 1 : 0)) / (raters - 1);
                }
            }
        }

        return coincidences;
    }

    private static double SquaredDifference(int one, int other, double[] values, double[] totals, RatingScale scale)
    {
        if (one == other)
        {
            return 0;
        }

        var distance = scale switch
        {
            RatingScale.Nominal => 1,
            RatingScale.Interval => values[one] - values[other],
            _ => totals[Math.Min(one, other)..(Math.Max(one, other) + 1)].Sum() - ((totals[one] + totals[other]) / 2),
        };
        return distance * distance;
    }
}

/// <summary>What ratings mean.</summary>
public enum RatingScale
{
    /// <summary>Categories without an order.</summary>
    Nominal,

    /// <summary>An order without distances: a distance counts the ratings between two values.</summary>
    Ordinal,

    /// <summary>Numbers whose differences count.</summary>
    Interval,
}
