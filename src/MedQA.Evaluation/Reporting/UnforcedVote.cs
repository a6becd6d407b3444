using MedQA.Evaluation.Answering;

namespace MedQA.Evaluation.Reporting;

/// <summary>The vote on a question as it would have gone had every reasoning that names no answer abstained.</summary>
internal static class UnforcedVote
{
    /// <summary>Forced votes per option: those of the reasonings of the last stage, which are the ones that vote.</summary>
    public static int[] ForcedVotes(AnsweredQuestion answered)
    {
        var forced = new int[answered.Votes.Length];
        foreach (var reasoning in VotingReasonings.Of(answered))
        {
            if (reasoning is { Forced: true, Answer: { } answer })
            {
                forced[answer]++;
            }
        }

        return forced;
    }

    /// <summary>
    /// The option with the most votes that were not forced; among several the one with the highest sum over its votes of exp(mean token log-probability),
    /// then the first. <see langword="null"/> where every vote was forced.
    /// </summary>
    public static int? Of(AnsweredQuestion answered, ReadOnlySpan<int> forced)
    {
        var weights = new double[forced.Length];
        foreach (var reasoning in VotingReasonings.Of(answered))
        {
            if (reasoning is { Forced: false, Answer: { } answer })
            {
                weights[answer] += Math.Exp(reasoning.LogLikelihood / Math.Max(1, reasoning.DrawnTokens));
            }
        }

        int? best = null;
        for (var option = 0; option < forced.Length; option++)
        {
            var votes = answered.Votes[option] - forced[option];
            if (votes <= 0)
            {
                continue;
            }

            if (best is not { } other || (votes, weights[option]).CompareTo((answered.Votes[other] - forced[other], weights[other])) > 0)
            {
                best = option;
            }
        }

        return best;
    }
}
