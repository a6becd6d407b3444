namespace MedQA.Evaluation.Statistics;

/// <summary>
/// Krippendorff's alpha: agreement beyond chance of any number of raters, ratings missing or not (Krippendorff, Computing Krippendorff's
/// Alpha-Reliability, 2011).
/// </summary>
internal static class KrippendorffAlpha
{
    /// <summary>Computes alpha: 1 less observed over expected disagreement.</summary>
    /// <param name="ratings">For each rater, the rating of each item, or <see langword="null"/> if it is missing. Items that fewer than
    /// two rated play no part.</param>
    /// <param name="scale">What the ratings' values mean.</param>
    /// <returns><see langword="null"/> if no two ratings can be compared, or all are equal.</returns>
    /// <exception cref="ArgumentException">The raters differ in the number of items.</exception>
    public static double? Of(IReadOnlyList<IReadOnlyList<double?>> ratings, RatingScale scale)
    {
        var (values, items) = Coincidences(ratings);
        return Corrected(values, Sum(items, values.Length), scale)?.Kappa;
    }

    /// <summary>Returns the 95 % interval of <see cref="Of"/>.</summary>
    /// <inheritdoc cref="Of" path="//param|//exception"/>
    /// <returns><see langword="null"/> if fewer than two items were rated more than once, or alpha is undefined.</returns>
    public static Interval? IntervalOf(IReadOnlyList<IReadOnlyList<double?>> ratings, RatingScale scale)
    {
        var (values, items) = Coincidences(ratings);
        var all = Sum(items, values.Length);
        return AgreementInterval.Of(
            items.Count,
            items.Sum(static item => item.Pairs),
            Corrected(values, all, scale),
            left => Corrected(values, Less(all, items[left].Meet), scale));
    }

    private static ChanceCorrected? Corrected(double[] values, double[,] coincidences, RatingScale scale)
    {
        var totals = Enumerable.Range(0, values.Length)
            .Select(value => Enumerable.Range(0, values.Length).Sum(other => coincidences[value, other]))
            .ToArray();
        var all = totals.Sum();
        var (observed, expected, largest) = (0.0, 0.0, 0.0);
        for (var one = 0; one < values.Length; one++)
        {
            for (var other = 0; other < values.Length; other++)
            {
                var difference = SquaredDifference(one, other, values, totals, scale);
                observed += coincidences[one, other] * difference;
                expected += totals[one] * totals[other] * difference;
                largest = totals[one] * totals[other] > 1e-9 ? Math.Max(largest, difference) : largest;
            }
        }

        return expected <= 1e-9 || largest == 0
            ? null
            : new ChanceCorrected(1 - ((all - 1) * observed / expected), expected / (all * (all - 1) * largest));
    }

    /// <summary>
    /// For each item that was rated more than once, how often two values meet on it; each pair of its m ratings weighs 1/(m − 1).
    /// </summary>
    private static (double[] Values, List<(double[,] Meet, double Pairs)> Items) Coincidences(IReadOnlyList<IReadOnlyList<double?>> ratings)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        if (ratings.Any(rater => rater.Count != ratings[0].Count))
        {
            throw new ArgumentException("Every rater needs an entry for every item, null where the rating is missing.", nameof(ratings));
        }

        var values = ratings.SelectMany(static rater => rater).OfType<double>().Distinct().Order().ToArray();
        var (items, counts) = (new List<(double[,] Meet, double Pairs)>(), new int[values.Length]);
        for (var item = 0; ratings.Count > 0 && item < ratings[0].Count; item++)
        {
            Array.Clear(counts);
            foreach (var rater in ratings)
            {
                if (rater[item] is { } rating)
                {
                    counts[Array.BinarySearch(values, rating)]++;
                }
            }

            var raters = counts.Sum();
            if (raters < 2)
            {
                continue;
            }

            var meet = new double[values.Length, values.Length];
            for (var one = 0; one < values.Length; one++)
            {
                for (var other = 0; other < values.Length; other++)
                {
                    meet[one, other] = (double)counts[one] * (counts[other] - (one == other ? 1 : 0)) / (raters - 1);
                }
            }

            items.Add((meet, raters * (raters - 1) / 2.0));
        }

        return (values, items);
    }

    private static double[,] Sum(List<(double[,] Meet, double Pairs)> items, int values) =>
        items.Aggregate(new double[values, values], static (sum, item) => Combined(sum, item.Meet, 1));

    private static double[,] Less(double[,] all, double[,] item) => Combined(all, item, -1);

    private static double[,] Combined(double[,] one, double[,] other, int sign)
    {
        var combined = new double[one.GetLength(0), one.GetLength(1)];
        for (var row = 0; row < combined.GetLength(0); row++)
        {
            for (var column = 0; column < combined.GetLength(1); column++)
            {
                combined[row, column] = one[row, column] + (sign * other[row, column]);
            }
        }

        return combined;
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
internal enum RatingScale
{
    /// <summary>Categories without an order.</summary>
    Nominal,

    /// <summary>An order without distances: a distance counts the ratings between two values.</summary>
    Ordinal,

    /// <summary>Numbers whose differences count.</summary>
    Interval,
}
