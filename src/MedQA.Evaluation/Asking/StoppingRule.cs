using System.Collections.Immutable;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Asking;

/// <summary>The rules by which adaptive self-consistency stops (Aggarwal et al., arXiv 2305.11860, section 3).</summary>
internal static class StoppingRule
{
    /// <summary>Returns whether more samples are not worth drawing.</summary>
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
            StopRule.Beta => first + second > 0 && BetaStop.ProbabilityTopLeads(first, second) >= probability,
            _ => false,
        };
    }

    /// <summary>Returns the votes of the two leading options.</summary>
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
