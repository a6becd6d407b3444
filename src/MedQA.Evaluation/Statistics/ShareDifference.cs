using MathNet.Numerics;

namespace MedQA.Evaluation.Statistics;

/// <summary>Tests whether two groups of questions are answered right equally often.</summary>
internal static class ShareDifference
{
    /// <summary>Two tables are equally likely if they differ by less than this, as in R's fisher.test.</summary>
    private const double Alike = 1 + 1e-7;

    /// <summary>
    /// Returns the two-sided p value of Fisher's exact test: of all tables with these sums, those no likelier than this one.
    /// </summary>
    /// <param name="right">Right answers of the group.</param>
    /// <param name="count">Its questions.</param>
    /// <param name="othersRight">Right answers of the other group.</param>
    /// <param name="others">Its questions.</param>
    /// <exception cref="ArgumentException">A number is negative, or there are more right answers than questions.</exception>
    public static double Exact(int right, int count, int othersRight, int others)
    {
        if (right < 0 || othersRight < 0 || right > count || othersRight > others)
        {
            throw new ArgumentException("Each group has at least no right answer and at most as many as questions.", nameof(right));
        }

        var allRight = right + othersRight;
        var (least, most) = (Math.Max(0, allRight - others), Math.Min(count, allRight));

        // From the likeliest table on, so that no weight is too large for a number.
        var mode = (int)Math.Clamp((allRight + 1.0) * (count + 1.0) / (count + others + 2.0), least, most);
        var weights = new double[most - least + 1];
        weights[mode - least] = 1;
        for (var at = mode + 1; at <= most; at++)
        {
            weights[at - least] =
                weights[at - 1 - least] * (count - at + 1.0) * (allRight - at + 1.0) / (at * (others - allRight + (double)at));
        }

        for (var at = mode - 1; at >= least; at--)
        {
            weights[at - least] =
                weights[at + 1 - least] * (at + 1.0) * (others - allRight + at + 1.0) / ((count - (double)at) * (allRight - (double)at));
        }

        var own = weights[right - least] * Alike;
        return Math.Min(1, weights.Where(weight => weight <= own).Sum() / weights.Sum());
    }

    /// <summary>
    /// Returns the two-sided p value where questions come in clusters (equal questions, questions on one passage), which may lie in both
    /// groups: the score test with clusters as the units, its variance taken where both shares are the same and enlarged by G / (G − 1),
    /// on G − 1 degrees of freedom (the variance is that of Liang and Zeger, Biometrika 73, 1986).
    /// </summary>
    /// <param name="clusters">For each cluster, its questions and right answers in the group, and in the other group.</param>
    /// <returns>1 where there is one cluster only, or nothing to compare.</returns>
    public static double Clustered(IEnumerable<(int Count, int Right, int Others, int OthersRight)> clusters)
    {
        var makes = ClusteredInterval.Makes(clusters);
        var (count, right) = (Sum(static make => make.Count), Sum(static make => make.Right));
        var (others, othersRight) = (Sum(static make => make.Others), Sum(static make => make.OthersRight));
        var number = makes.Values.Sum();
        if (number < 2 || count == 0 || others == 0)
        {
            return 1;
        }

        var share = (right + othersRight) / (count + others);
        var variance = (double)number / (number - 1) * Sum(make =>
            Math.Pow(((make.Right - (share * make.Count)) / count) - ((make.OthersRight - (share * make.Others)) / others), 2));
        var difference = (right / count) - (othersRight / others);
        return variance < 1e-14 ? 1
            : SpecialFunctions.BetaRegularized((number - 1) / 2.0, 0.5, (number - 1) / (number - 1 + (difference * difference / variance)));

        double Sum(Func<(int Count, int Right, int Others, int OthersRight), double> part) =>
            makes.Sum(make => make.Value * part(make.Key));
    }
}
