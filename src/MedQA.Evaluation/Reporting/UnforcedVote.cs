using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
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
        var votes = PluralityAnswer.VotesOf(VotingReasonings.Of(answered).Where(static reasoning => !reasoning.Forced));
        return PluralityVote.Count(votes, answered.OptionCount, static _ => 0).Winner;
    }
}
