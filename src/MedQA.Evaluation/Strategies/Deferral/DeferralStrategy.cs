using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Strategies.SelfConsistency;

namespace MedQA.Evaluation.Strategies.Deferral;

/// <summary>
/// Self-consistency with so many samples (41 in Med-PaLM) that the share of votes is a confidence to defer by (Singhal et al., Nature
/// 620, 2023).
/// </summary>
internal static class DeferralStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "deferral",
        Description = "Draws many reasonings, for a fine measure of confidence and of what deferring gains.",
        Answer = AskedQuestion.By(SelfConsistencyStrategy.AnswerAsync),
        IsReplayable = true,
    }) with { Samples = 41 };
}
