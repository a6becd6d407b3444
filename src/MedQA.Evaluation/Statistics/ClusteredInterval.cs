namespace MedQA.Evaluation.Statistics;

/// <summary>
/// Intervals from values that come in clusters. The sample counts as the smaller number of independent values that its design effect
/// leaves (Korn and Graubard, Survey Methodology 24, 1998), put into a score interval: unlike standard errors to both sides of a mean it
/// does not shrink to a point where all values are equal. Student's distribution stands in for the normal one as far as the variance is
/// estimated from how clusters differ.
/// </summary>
internal static class ClusteredInterval
{
    /// <summary>With fewer clusters than this an interval is not to be relied on.</summary>
    public const int FewClusters = 10;

    /// <summary>Returns the interval of a proportion.</summary>
    /// <param name="clusters">For each cluster, how many values it has (at least 1) and how many of them are successes.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <returns>0 to 1 where there is one cluster only: nothing says how clusters differ.</returns>
    /// <exception cref="ArgumentException">There is no cluster, or one has no value, or more successes than values.</exception>
    public static Interval Proportion(IEnumerable<(int Count, int Successes)> clusters, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        var makes = Makes(clusters);
        if (makes.Count == 0 || makes.Keys.Any(static make => make.Item1 < 1 || make.Item2 < 0 || make.Item2 > make.Item1))
        {
            throw new ArgumentException("Each cluster has at least one value and at most as many successes.", nameof(clusters));
        }

        var sums = makes.Select(static make => new ClusterSums(
            make.Key.Item1, make.Key.Item2, make.Key.Item2, make.Key.Item2 > 0, make.Key.Item2 < make.Key.Item1, make.Value)).ToArray();
        var number = makes.Values.Sum();
        if (number == 1)
        {
            return new Interval(0, 1);
        }

        var effect = DesignEffect.Of(sums);
        var (count, successes) =
            (makes.Sum(static make => (double)make.Key.Item1 * make.Value), makes.Sum(static make => (double)make.Key.Item2 * make.Value));
        return BinomialInterval.Score(successes / effect, count / effect, DesignEffect.Quantile(confidence, effect, number));
    }

    /// <summary>Returns the interval of a mean of shares, each of some ratings of one thing.</summary>
    /// <param name="shares">The shares, each from 0 to 1; at least one.</param>
    /// <param name="ratings">How many ratings they are of: the sample is worth no more than these.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <returns>0 to 1 where there is one share only.</returns>
    /// <exception cref="ArgumentException">There is no share.</exception>
    public static Interval MeanShare(IReadOnlyCollection<double> shares, int ratings, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count == 0)
        {
            throw new ArgumentException("A mean needs at least one share.", nameof(shares));
        }

        if (shares.Count == 1)
        {
            return new Interval(0, 1);
        }

        var mean = shares.Average();
        var variance = shares.Sum(share => (share - mean) * (share - mean)) / (shares.Count * (shares.Count - 1.0));
        var spread = mean * (1 - mean);
        var worth = variance > 1e-14 && spread > 1e-14 ? Math.Min(ratings, spread / variance) : shares.Count;
        return BinomialInterval.Score(mean * worth, worth, DesignEffect.Quantile(confidence, ratings / worth, shares.Count));
    }

    /// <summary>
    /// Returns the interval of the difference between two runs on the same questions, the first's share of right answers less the second's.
    /// </summary>
    /// <param name="clusters">For each cluster, its questions (at least 1) and those that only the first, and only the second run answered
    /// right.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <returns>−1 to 1 where there is one cluster only.</returns>
    /// <exception cref="ArgumentException">There is no cluster, or one has no question, or fewer questions than answers of one run
    /// alone.</exception>
    public static Interval Difference(IEnumerable<(int Count, int OnlyFirst, int OnlySecond)> clusters, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        var makes = Makes(clusters);
        if (makes.Count == 0
            || makes.Keys.Any(static make => make.Item1 < 1 || make.Item2 < 0 || make.Item3 < 0 || make.Item2 + make.Item3 > make.Item1))
        {
            throw new ArgumentException(
                "Each cluster has at least one question and at most as many that one run alone answered right.", nameof(clusters));
        }

        var number = makes.Values.Sum();
        if (number == 1)
        {
            return new Interval(-1, 1);
        }

        var (count, first, second) = (Total(static make => make.Item1), Total(static make => make.Item2), Total(static make => make.Item3));
        var equal = count - first - second;
        var common = first > equal && first >= second ? 1 : second > equal ? -1 : 0;
        var effect = DesignEffect.Of([.. makes.Select(make => Sums(make.Key, common, make.Value))]);
        return PairedInterval.Tango(first / effect, second / effect, count / effect, DesignEffect.Quantile(confidence, effect, number));

        double Total(Func<(int, int, int), int> part) => makes.Sum(make => (double)part(make.Key) * make.Value);
    }

    private static ClusterSums Sums((int Count, int First, int Second) make, int common, int times)
    {
        var equal = make.Count - make.First - make.Second;
        var ofCommon = common switch { 1 => make.First, -1 => make.Second, _ => equal };
        return new ClusterSums(make.Count, make.First - make.Second, make.First + make.Second, ofCommon > 0, ofCommon < make.Count, times);
    }

    /// <summary>
    /// Returns how many clusters there are of each make, in order: sums over them leave no trace of the order in which clusters came.
    /// </summary>
    internal static SortedDictionary<TMake, int> Makes<TMake>(IEnumerable<TMake> clusters)
        where TMake : notnull
    {
        var makes = new SortedDictionary<TMake, int>();
        foreach (var cluster in clusters)
        {
            makes[cluster] = makes.GetValueOrDefault(cluster) + 1;
        }

        return makes;
    }
}
