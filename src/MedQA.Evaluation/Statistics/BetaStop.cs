namespace MedQA.Evaluation.Statistics;

/// <summary>
/// The stop rule of Adaptive-Consistency (Aggarwal et al., arXiv 2305.11860, section 3): sample on until the leading answer is likely to
/// stay ahead of the second.
/// </summary>
internal static class BetaStop
{
    /// <summary>The probability at which the paper stops.</summary>
    public const double DefaultThreshold = 0.95;

    /// <summary>
    /// Returns the posterior probability, from a uniform prior, that among samples that give one of the two answers the leader is the more
    /// frequent: P(Beta(top + 1, second + 1) &gt; ½).
    /// </summary>
    /// <param name="top">Votes for the leading answer; at least 0.</param>
    /// <param name="second">Votes for the second answer, 0 if there is none; at least 0.</param>
    /// <returns>½ without votes, near 1 where the leader is far ahead.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of votes is negative.</exception>
    public static double ProbabilityTopLeads(int top, int second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfNegative(second);

        // For whole numbers the incomplete beta function is a binomial tail.
        return FairCoin.AtMost(top, top + second + 1);
    }
}
