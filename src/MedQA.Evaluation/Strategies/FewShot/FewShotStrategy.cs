using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies.SelfConsistency;

namespace MedQA.Evaluation.Strategies.FewShot;

/// <summary>A direct answer after worked examples.</summary>
internal static class FewShotStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "few-shot",
        Description = "Answers at once after worked examples. The quickest.",
        Answer = AskedQuestion.By(SelfConsistencyStrategy.AnswerAsync),
        Reasons = false,
        TakesSamples = false,
    }) with
    {
        Instruction = "Reply with \"Answer: \" and one of {answers}, and nothing else.",
        Exemplars = 5,
        Samples = 1,
        Temperature = 0,
        MaxTokens = 16,
    };
}
