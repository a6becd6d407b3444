using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies;

/// <summary>The rules by which adaptive self-consistency stops (Aggarwal et al., arXiv 2305.11860, section 3).</summary>
public static class StoppingRule
{
    /// <summary>Whether more samples are not worth drawing.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="votes">Votes per option so far; options without a vote count 0.</param>
    /// <param name="samplesLeft">How many samples could still be drawn.</param>
    /// <param name="probability">What the <see cref="StopRule.Beta"/> rule stops at.</param>
    public static bool Stops(StopRule rule, ImmutableArray<int> votes, int samplesLeft, double probability)
    {
        var (first, second) = Leaders(votes);
        return rule switch
        {
            StopRule.Margin => first - second > samplesLeft,
            StopRule.Beta => first + second > 0 && LeadProbability(first, second) >= probability,
            _ => false,
        };
    }

    /// <summary>
    /// P(X &gt; 0.5) for X ~ Beta(a + 1, b + 1): how probable it is, after a votes for the first option and b for the second and with a uniform prior, that the first is the more frequent
    /// of the two. For whole numbers this is the binomial sum P(Bin(a + b + 1, 0.5) ≤ a).
    /// </summary>
    /// <param name="first">Votes of the leading option.</param>
    /// <param name="second">Votes of the next one; with the first at most 1,000.</param>
    public static double LeadProbability(int first, int second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(second);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, 1000 - second);
        var trials = first + second + 1;
        var term = Math.ScaleB(1.0, -trials);
        var sum = term;
        for (var successes = 1; successes <= first; successes++)
        {
            term *= (double)(trials - successes + 1) / successes;
            sum += term;
        }

        return Math.Min(sum, 1);
    }

    /// <summary>The votes of the two leading options.</summary>
    internal static (int First, int Second) Leaders(ImmutableArray<int> votes)
    {
        var first = 0;
        var second = 0;
        foreach (var count in votes)
        {
            if (count > first)
            {
                (first, second) = (count, first);
            }
            else if (count > second)
            {
                second = count;
            }
        }

        return (first, second);
    }
}
