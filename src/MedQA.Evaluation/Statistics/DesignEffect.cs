namespace MedQA.Evaluation.Statistics;

/// <summary>
/// How many times the variance of a mean is as large as it would be if the values did not depend on each other (Kish, Survey Sampling,
/// 1965): values of one cluster (equal questions, questions on one passage) do.
/// </summary>
internal static class DesignEffect
{
    /// <summary>
    /// How much the assumption of full dependence weighs against clusters that were seen: the weight of a quarter of a cluster, squared. It
    /// decides only where one or two clusters hold all that is uncommon, of which nothing can be estimated.
    /// </summary>
    private const double PriorWeight = 0.25;

    /// <summary>
    /// Returns the larger of two estimates: the sandwich with each cluster's deviation inflated for its leverage (CR2 of Bell and
    /// McCaffrey, Survey Methodology 28, 2002), which bears that large clusters differ from small ones; and 1 plus the correlation within
    /// clusters times the size of the cluster that a value has on average, less 1, which does not hang on the sizes of the few clusters
    /// that hold an uncommon value. At least 1.
    /// </summary>
    /// <param name="clusters">Every cluster, in an order that does not change from call to call.</param>
    public static double Of(IReadOnlyCollection<ClusterSums> clusters)
    {
        var (count, number, sum, squares, squaredSizes, within) = (0.0, 0, 0.0, 0.0, 0.0, 0.0);
        var (withCommon, withOther) = (0.0, 0.0);
        foreach (var cluster in clusters)
        {
            count += (double)cluster.Times * cluster.Size;
            number += cluster.Times;
            sum += cluster.Times * cluster.Sum;
            squares += cluster.Times * cluster.Squares;
            squaredSizes += (double)cluster.Times * cluster.Size * cluster.Size;
            within += cluster.Times * (cluster.Squares - (cluster.Sum * cluster.Sum / cluster.Size));
            withCommon += cluster.HasCommon ? cluster.Times : 0;
            withOther += cluster.HasOther ? cluster.Times : 0;
        }

        var full = squaredSizes / count;
        var mean = sum / count;
        var variance = (squares / count) - (mean * mean);
        if (number < 2 || variance <= 1e-14 || count <= number)
        {
            return count <= number ? 1 : full;
        }

        var sandwich = 0.0;
        foreach (var cluster in clusters)
        {
            var deviation = cluster.Sum - (cluster.Size * mean);
            sandwich += cluster.Times * deviation * deviation / (1 - (cluster.Size / count));
        }

        var correlation = Math.Clamp(1 - (within / (count - number) / variance), 0, 1);
        var seen = Math.Min(withCommon, withOther) * Math.Min(withCommon, withOther);
        correlation = ((correlation * seen) + PriorWeight) / (seen + PriorWeight);
        var modelled = (1 + (correlation * (full - 1))) * count / (count - 1);
        return Math.Max(1, Math.Max(sandwich / (count * variance), modelled));
    }

    /// <summary>
    /// Returns what stands in for 1.96 in an interval with a design effect. Of the variance the part of independent values follows from the
    /// mean; only what the effect adds is estimated from how clusters differ, with one degree of freedom less than there are clusters. The
    /// degrees of freedom of the sum are Satterthwaite's (Biometrics Bulletin 2, 1946): (clusters − 1) / (1 − 1 / effect)².
    /// </summary>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    /// <param name="effect">The design effect; at least 1.</param>
    /// <param name="clusters">How many clusters there are; at least 2.</param>
    public static double Quantile(double confidence, double effect, int clusters)
    {
        var estimated = 1 - (1 / Math.Max(1, effect));
        var freedom = (clusters - 1) / (estimated * estimated);
        return freedom < 1e7 ? StudentT.TwoSidedQuantile(confidence, freedom) : Normal.TwoSidedQuantile(confidence);
    }

    /// <summary>
    /// Of values that depend on each other fully within a cluster, how many independent ones they are worth: (Σ n)² / Σ n².
    /// </summary>
    public static double LeastEffective(IEnumerable<int> sizes)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var size in sizes)
        {
            sum += size;
            squares += (double)size * size;
        }

        return sum == 0 ? 0 : sum * sum / squares;
    }
}

/// <summary>What a design effect needs of a cluster of values.</summary>
/// <param name="Size">How many values it has; at least 1.</param>
/// <param name="Sum">Their sum.</param>
/// <param name="Squares">The sum of their squares.</param>
/// <param name="HasCommon">Whether the commonest value of all is among them.</param>
/// <param name="HasOther">Whether another value is among them.</param>
/// <param name="Times">How many clusters are so.</param>
internal readonly record struct ClusterSums(int Size, double Sum, double Squares, bool HasCommon, bool HasOther, int Times = 1);
