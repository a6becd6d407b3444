namespace MedQA.Evaluation.Statistics;

/// <summary>The interval of a mean of estimates that do not depend on each other, from an interval of each.</summary>
internal static class MeanInterval
{
    /// <summary>
    /// Each interval's end says how far its estimate reaches in that direction, and these distances add up as standard errors do (the MOVER
    /// of Zou and Donner, Statistics in Medicine 27, 2008). With score intervals of shares it does not shrink to a point where all are 0 or
    /// 1.
    /// </summary>
    /// <param name="estimates">The estimates; at least one.</param>
    /// <param name="intervals">The interval of each, all of one confidence, which is then that of the mean's.</param>
    /// <exception cref="ArgumentException">There is no estimate, or the lengths differ.</exception>
    public static Interval Of(ReadOnlySpan<double> estimates, ReadOnlySpan<Interval> intervals)
    {
        if (estimates.IsEmpty || estimates.Length != intervals.Length)
        {
            throw new ArgumentException(
                $"There are {estimates.Length} estimates and {intervals.Length} intervals: each needs one.", nameof(intervals));
        }

        var (sum, below, above) = (0.0, 0.0, 0.0);
        for (var i = 0; i < estimates.Length; i++)
        {
            sum += estimates[i];
            below += Math.Pow(estimates[i] - intervals[i].Lower, 2);
            above += Math.Pow(intervals[i].Upper - estimates[i], 2);
        }

        return new Interval((sum - Math.Sqrt(below)) / estimates.Length, (sum + Math.Sqrt(above)) / estimates.Length);
    }
}
