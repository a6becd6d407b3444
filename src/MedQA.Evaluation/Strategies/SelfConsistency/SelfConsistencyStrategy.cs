using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.Profiles;

namespace MedQA.Evaluation.Strategies.SelfConsistency;

/// <summary>
/// A number of samples after one prompt and the plurality of their answers (Wang et al., arXiv 2203.11171). With one sample at temperature
/// 0 this is a direct answer or a chain of thought; with 41 samples it gives deferral its confidence.
/// </summary>
internal static class SelfConsistencyStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "self-consistency",
        Description = "Draws several reasonings and takes the answer with the most votes, as Med-PaLM does. The usual choice.",
        Answer = AskedQuestion.By(AnswerAsync),
        IsReplayable = true,
    });

    public static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        await using var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken);
        var samples = await prompt.SampleAsync(asked.Samples(0, asked.Profile.Samples), cancellationToken);
        var reasonings = await ReadReasonings.OfAsync(asked, prompt, samples, 0, cancellationToken);
        return PluralityAnswer.Of(asked, reasonings, asked.Profile.Samples) with { PromptTokens = prompt.TokenCount };
    }
}
