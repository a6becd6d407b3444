namespace MedQA.Evaluation.Statistics;

/// <summary>How far people (or models) who rate the same items agree beyond chance. 1 is full agreement, 0 what chance gives.</summary>
/// <remarks>Each is <see langword="null"/> if chance alone would agree fully (all ratings equal): it is then 0/0.</remarks>
internal static class RaterAgreement
{
    /// <summary>
    /// Cohen's kappa of two raters (Educational and Psychological Measurement 20, 1960), or weighted by how far apart their categories are
    /// (Psychological Bulletin 70, 1968).
    /// </summary>
    /// <param name="first">The first rater's categories, from 0.</param>
    /// <param name="second">The second rater's, of the same items.</param>
    /// <param name="weights">What a disagreement counts.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no item, or a category is negative.</exception>
    internal static ChanceCorrected? Cohen(ReadOnlySpan<int> first, ReadOnlySpan<int> second, KappaWeights weights)
    {
        if (first.Length != second.Length || first.IsEmpty)
        {
            throw new ArgumentException(
                $"Two raters must rate the same items, at least one: there are {first.Length} and {second.Length} ratings.",
                nameof(second));
        }

        var categories = 0;
        for (var item = 0; item < first.Length; item++)
        {
            if (first[item] < 0 || second[item] < 0)
            {
                throw new ArgumentException("Categories are numbered from 0.", nameof(first));
            }

            categories = Math.Max(categories, Math.Max(first[item], second[item]) + 1);
        }

        var (ofFirst, ofSecond) = (new int[categories], new int[categories]);
        var observed = 0.0;
        for (var item = 0; item < first.Length; item++)
        {
            ofFirst[first[item]]++;
            ofSecond[second[item]]++;
            observed += Weight(first[item], second[item], weights);
        }

        var expected = 0.0;
        for (var one = 0; one < categories; one++)
        {
            for (var other = 0; other < categories; other++)
            {
                expected += Weight(one, other, weights) * ofFirst[one] * ofSecond[other];
            }
        }

        var largest = Weight(0, categories - 1, weights);
        return expected == 0
            ? null
            : new ChanceCorrected(1 - (observed * first.Length / expected), expected / ((double)first.Length * first.Length * largest));
    }

    /// <summary>
    /// Fleiss' kappa: chance agrees as the raters' overall shares of the categories say (Psychological Bulletin 76, 1971); of items with
    /// different numbers of raters each counts once (Gwet, Handbook of Inter-Rater Reliability, 4th edition, 2014, chapter 3).
    /// </summary>
    /// <param name="counts">For each item, how many raters chose each category; at least 2 raters for each item.</param>
    /// <exception cref="ArgumentException">There is no item, one has fewer than 2 raters, or they differ in categories.</exception>
    public static double? FleissKappa(IReadOnlyList<IReadOnlyList<int>> counts) => Fleiss(Items(counts))?.Kappa;

    /// <summary>Randolph's free-marginal kappa: chance chooses every category equally often.</summary>
    /// <inheritdoc cref="FleissKappa" path="//param|//exception"/>
    public static double? RandolphKappa(IReadOnlyList<IReadOnlyList<int>> counts) => Randolph(Items(counts))?.Kappa;

    /// <summary>Returns the 95 % interval of <see cref="FleissKappa"/>.</summary>
    /// <inheritdoc cref="FleissKappa" path="//param|//exception"/>
    /// <returns><see langword="null"/> if there is one item only, or kappa is undefined.</returns>
    public static Interval? FleissInterval(IReadOnlyList<IReadOnlyList<int>> counts) => Interval(counts, Fleiss);

    /// <summary>Returns the 95 % interval of <see cref="RandolphKappa"/>.</summary>
    /// <inheritdoc cref="FleissInterval"/>
    public static Interval? RandolphInterval(IReadOnlyList<IReadOnlyList<int>> counts) => Interval(counts, Randolph);

    private static Interval? Interval(IReadOnlyList<IReadOnlyList<int>> counts, Func<ItemSums, ChanceCorrected?> kappa)
    {
        var all = Items(counts);
        return AgreementInterval.Of(counts.Count, all.Pairs, kappa(all), left => kappa(all.Without(counts[left])));
    }

    private static ChanceCorrected? Fleiss(ItemSums items) =>
        items.Corrected(1 - items.Shares.Sum(share => share / items.Count * share / items.Count));

    private static ChanceCorrected? Randolph(ItemSums items) => items.Corrected(1 - (1.0 / items.Shares.Length));

    private static ItemSums Items(IReadOnlyList<IReadOnlyList<int>> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count == 0 || counts.Any(item => item.Count != counts[0].Count || item.Sum() < 2 || item.Any(static count => count < 0)))
        {
            throw new ArgumentException("Each item needs the same categories, and at least 2 raters.", nameof(counts));
        }

        return counts.Aggregate(new ItemSums(0, 0, 0, new double[counts[0].Count]), static (sums, item) => sums.With(item, 1));
    }

    /// <summary>Sums over items that were rated more than once.</summary>
    /// <param name="Count">How many items.</param>
    /// <param name="Pairs">Pairs of ratings of one item.</param>
    /// <param name="Agreement">Sum over the items of the share of their pairs that agree.</param>
    /// <param name="Shares">For each category, the sum over the items of its share of their ratings.</param>
    private sealed record ItemSums(int Count, double Pairs, double Agreement, double[] Shares)
    {
        public ItemSums Without(IReadOnlyList<int> item) => With(item, -1);

        public ItemSums With(IReadOnlyList<int> item, int times)
        {
            var raters = item.Sum();
            var agreeing = item.Sum(static count => (double)count * (count - 1)) / ((double)raters * (raters - 1));
            return new(
                Count + times, Pairs + (times * raters * (raters - 1) / 2.0), Agreement + (times * agreeing),
                [.. Shares.Select((share, category) => share + (times * item[category] / (double)raters))]);
        }

        /// <param name="disagreement">How often two ratings disagree by chance.</param>
        public ChanceCorrected? Corrected(double disagreement) =>
            disagreement <= 1e-12 ? null : new ChanceCorrected(1 - ((1 - (Agreement / Count)) / disagreement), disagreement);
    }

    private static double Weight(int one, int other, KappaWeights weights) => weights switch
    {
        KappaWeights.Linear => Math.Abs(one - other),
        KappaWeights.Quadratic => (double)(one - other) * (one - other),
        _ => one == other ? 0 : 1,
    };
}

/// <summary>What a disagreement between two categories counts in Cohen's kappa.</summary>
internal enum KappaWeights
{
    /// <summary>Every disagreement alike: categories without an order.</summary>
    None,

    /// <summary>By the distance of the categories.</summary>
    Linear,

    /// <summary>By the square of the distance.</summary>
    Quadratic,
}
