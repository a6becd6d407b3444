using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Voting;

namespace MedQA.Evaluation.Reporting;

/// <summary>The vote on a question as it would have gone had every reasoning that names no answer abstained.</summary>
internal static class UnforcedVote
{
    /// <summary>
    /// Returns the option that wins; where votes and weights are equal the first, for lack of a draw. <see langword="null"/> if every vote
    /// was forced.
    /// </summary>
    public static int? Of(AnsweredQuestion answered)
    {
        var votes = VotingReasonings.Of(answered)
            .Where(static reasoning => reasoning is { Forced: false, Answer: not null })
            .Select(static reasoning => new Vote(reasoning.Answer!.Value, Vote.WeightOf(reasoning.LogLikelihood, reasoning.DrawnTokens)))
            .ToList();
        return PluralityVote.Count(votes, answered.OptionCount, static _ => 0).Winner;
    }
}
