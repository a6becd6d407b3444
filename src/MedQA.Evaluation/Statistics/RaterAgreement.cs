namespace MedQA.Evaluation.Statistics;

/// <summary>How far people (or models) who rate the same items agree beyond chance. 1 is full agreement, 0 what chance gives.</summary>
/// <remarks>Each is <see langword="null"/> where chance alone would agree fully (all ratings equal): it is then 0/0.</remarks>
public static class RaterAgreement
{
    /// <summary>Cohen's kappa of two raters (Educational and Psychological Measurement 20, 1960), or weighted by how far apart their categories are (Psychological Bulletin 70, 1968).</summary>
    /// <param name="first">The first rater's categories, from 0.</param>
    /// <param name="second">The second rater's, of the same items.</param>
    /// <param name="weights">What a disagreement counts.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no item, or a category is negative.</exception>
    public static double? CohenKappa(ReadOnlySpan<int> first, ReadOnlySpan<int> second, KappaWeights weights = KappaWeights.None)
    {
        if (first.Length != second.Length || first.IsEmpty)
        {
            throw new ArgumentException($"Two raters must rate the same items, at least one: there are {first.Length} and {second.Length} ratings.", nameof(second));
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

        return expected == 0 ? null : 1 - (observed * first.Length / expected);
    }

    /// <summary>Fleiss' kappa: chance agrees as the raters' overall shares of the categories say (Psychological Bulletin 76, 1971).</summary>
    /// <param name="counts">For each item, how many raters chose each category; the same number of raters, at least 2, for each item.</param>
    /// <exception cref="ArgumentException">There is no item, or the items differ in raters or categories.</exception>
    public static double? FleissKappa(IReadOnlyList<IReadOnlyList<int>> counts)
    {
        var raters = CheckCounts(counts);
        var all = (double)counts.Count * raters;
        var chance = Enumerable.Range(0, counts[0].Count).Sum(category => Math.Pow(counts.Sum(item => item[category]) / all, 2));
        return BeyondChance(ObservedAgreement(counts, raters), chance);
    }

    /// <summary>Randolph's free-marginal kappa: chance chooses every category equally often.</summary>
    /// <inheritdoc cref="FleissKappa" path="//param|//exception"/>
    public static double? RandolphKappa(IReadOnlyList<IReadOnlyList<int>> counts)
    {
        var raters = CheckCounts(counts);
        return BeyondChance(ObservedAgreement(counts, raters), 1.0 / counts[0].Count);
    }

    private static double? BeyondChance(double observed, double chance) => chance >= 1 ? null : (observed - chance) / (1 - chance);

    private static double ObservedAgreement(IReadOnlyList<IReadOnlyList<int>> counts, int raters) =>
        counts.Sum(static item => item.Sum(static count => (double)count * (count - 1))) / ((double)counts.Count * raters * (raters - 1));

    private static int CheckCounts(IReadOnlyList<IReadOnlyList<int>> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        var raters = counts.Count == 0 ? 0 : counts[0].Sum();
        if (raters < 2 || counts.Any(item => item.Count != counts[0].Count || item.Sum() != raters || item.Any(static count => count < 0)))
        {
            throw new ArgumentException("Each item needs the same categories and the same number of raters, at least 2.", nameof(counts));
        }

        return raters;
    }

    private static double Weight(int one, int other, KappaWeights weights) => weights switch
    {
        KappaWeights.Linear => Math.Abs(one - other),
        KappaWeights.Quadratic => (double)(one - other) * (one - other),
        _ => one == other ? 0 : 1,
    };
}

/// <summary>What a disagreement between two categories counts in Cohen's kappa.</summary>
public enum KappaWeights
{
    /// <summary>Every disagreement alike: categories without an order.</summary>
    None,

    /// <summary>By the distance of the categories.</summary>
    Linear,

    /// <summary>By the square of the distance.</summary>
    Quadratic,
}
