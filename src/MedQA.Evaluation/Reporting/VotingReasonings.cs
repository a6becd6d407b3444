using MedQA.Evaluation.Answering;

namespace MedQA.Evaluation.Reporting;

/// <summary>The reasonings whose answers are the votes: those of a strategy's last stage.</summary>
internal static class VotingReasonings
{
    public static IEnumerable<Reasoning> Of(AnsweredQuestion answered)
    {
        if (answered.Reasonings.IsEmpty)
        {
            return [];
        }

        var last = answered.Reasonings.Max(static reasoning => reasoning.Stage);
        return answered.Reasonings.Where(reasoning => reasoning.Stage == last);
    }
}
