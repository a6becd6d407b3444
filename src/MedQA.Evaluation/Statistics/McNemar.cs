namespace MedQA.Evaluation.Statistics;

/// <summary>Compares two runs on the questions that only one of them answered right (McNemar, Psychometrika 12, 1947).</summary>
public static class McNemar
{
    /// <summary>
    /// The most sums counted; beyond that, hundreds of clusters of unequal size tell the runs apart, and the normal distribution is close.
    /// </summary>
    private const long MaxSteps = 50_000_000;

    /// <summary>Tests whether both runs are equally often the right one.</summary>
    /// <param name="onlyFirst">Questions that only the first run answered right.</param>
    /// <param name="onlySecond">Questions that only the second run answered right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static McNemarTest Test(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var discordant = onlyFirst + onlySecond;
        if (discordant == 0)
        {
            return new McNemarTest(0, 0, 1, 1, null);
        }

        var fewer = Math.Min(onlyFirst, onlySecond);
        var exact = Math.Min(1, 2 * FairCoin.AtMost(fewer, discordant));
        var point = FairCoin.Exactly(fewer, discordant);
        var midP = onlyFirst == onlySecond ? 1 - (point / 2) : exact - point;
        var difference = Math.Max(0, Math.Abs(onlyFirst - onlySecond) - 1);
        return new McNemarTest(onlyFirst, onlySecond, midP, exact, Normal.TwoSidedTail(difference / Math.Sqrt(discordant)));
    }

    /// <summary>
    /// Returns the same test where questions come in clusters (equal questions, questions on one passage): if both runs are equally often
    /// the right one, each cluster as a whole could as well have spoken for the other run, so every choice of signs of the clusters'
    /// differences is equally likely. With one question in each cluster it is McNemar's test, to the last bit of both p values. The
    /// statistic is that of Obuchowski (Statistics in Medicine 17, 1998) and Durkalski et al. (Statistics in Medicine 22, 2003); its
    /// distribution is exact.
    /// </summary>
    /// <param name="clusters">For each cluster, its questions that only the first, and that only the second run answered right.</param>
    /// <exception cref="ArgumentException">A number is negative.</exception>
    public static McNemarTest Test(IReadOnlyCollection<(int OnlyFirst, int OnlySecond)> clusters)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        if (clusters.Any(static cluster => cluster.OnlyFirst < 0 || cluster.OnlySecond < 0))
        {
            throw new ArgumentException("A number of questions is negative.", nameof(clusters));
        }

        var (first, second) = (clusters.Sum(static cluster => cluster.OnlyFirst), clusters.Sum(static cluster => cluster.OnlySecond));
        var sizes = clusters.Select(static cluster => Math.Abs(cluster.OnlyFirst - cluster.OnlySecond))
            .Where(static size => size > 0)
            .Order()
            .ToArray();
        var (atLeast, exactly) = sizes.Length == 0 ? (1, 0) : SignFlips(sizes, Math.Abs(first - second));
        return new McNemarTest(first, second, Math.Min(1, atLeast - (exactly / 2)), Math.Min(1, atLeast), null) { Clusters = sizes.Length };
    }

    /// <summary>
    /// Returns how likely the sum of numbers with random signs is at least as far from 0 as a sum that was seen, and exactly as far. Sums
    /// are counted one number after the other; where that would take too long, the normal distribution stands in, which is then close.
    /// </summary>
    /// <param name="sizes">The numbers without their signs, rising.</param>
    /// <param name="seen">The sum that was seen, without its sign.</param>
    private static (double AtLeast, double Exactly) SignFlips(int[] sizes, int seen)
    {
        var total = sizes.Sum();
        var ones = sizes.TakeWhile(static size => size == 1).Count();
        if ((long)(sizes.Length - ones) * total > MaxSteps)
        {
            return (Normal.TwoSidedTail(seen / Math.Sqrt(sizes.Sum(static size => (double)size * size))), 0);
        }

        // A sum is twice what has a plus, less the total. The ones are a binomial distribution by themselves.
        var plus = new double[total + 1];
        for (var heads = 0; heads <= ones; heads++)
        {
            plus[heads] = FairCoin.Exactly(heads, ones);
        }

        var reached = ones;
        foreach (var size in sizes.AsSpan(ones))
        {
            reached += size;
            for (var sum = reached; sum >= 0; sum--)
            {
                plus[sum] = (plus[sum] + (sum >= size ? plus[sum - size] : 0)) / 2;
            }
        }

        var (beyond, at) = (0.0, 0.0);
        for (var sum = 0; sum <= total; sum++)
        {
            var distance = Math.Abs((2 * sum) - total);
            beyond += distance > seen ? plus[sum] : 0;
            at += distance == seen ? plus[sum] : 0;
        }

        return (beyond + at, at);
    }
}

/// <summary>The outcome of McNemar's test; every p is two-sided.</summary>
/// <param name="OnlyFirst">Questions that only the first run answered right, b.</param>
/// <param name="OnlySecond">Questions that only the second run answered right, c.</param>
/// <param name="MidP">The mid-p value (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91, 2013): the exact p less half
/// the probability of what was seen. The figure to report.</param>
/// <param name="ExactP">The exact conditional p: never too small, often too large.</param>
/// <param name="CorrectedChiSquareP">p of Edwards' continuity-corrected chi-square, (|b − c| − 1)² / (b + c); <see langword="null"/> if
/// no question tells the runs apart, or questions come in clusters.</param>
public sealed record McNemarTest(int OnlyFirst, int OnlySecond, double MidP, double ExactP, double? CorrectedChiSquareP)
{
    /// <summary>
    /// Where questions come in clusters, the clusters that speak for one of the runs: the test is then over them. Else
    /// <see langword="null"/>.
    /// </summary>
    public int? Clusters { get; init; }

    /// <summary>Whether nothing tells the runs apart: p is then 1 by convention, and says nothing.</summary>
    public bool Undecided => (Clusters ?? (OnlyFirst + OnlySecond)) == 0;
}
