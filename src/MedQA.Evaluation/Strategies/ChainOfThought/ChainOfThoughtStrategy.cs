using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies.SelfConsistency;

namespace MedQA.Evaluation.Strategies.ChainOfThought;

/// <summary>One greedy reasoning, then the answer (Wei et al., arXiv 2201.11903).</summary>
internal static class ChainOfThoughtStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "chain-of-thought",
        Description = "Reasons once, then answers.",
        Answer = AskedQuestion.By(SelfConsistencyStrategy.AnswerAsync),
        TakesSamples = false,
    }) with { Samples = 1, Temperature = 0 };
}
