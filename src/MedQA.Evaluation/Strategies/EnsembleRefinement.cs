using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Modelling;
using MedQA.Evaluation.Prompting;

namespace MedQA.Evaluation.Strategies;

/// <summary>
/// Ensemble refinement (Med-PaLM 2, Singhal et al., Nature Medicine 31, 2025): reasonings are sampled, then answers that are conditioned on the question and all these reasonings;
/// the answers of the second stage vote.
/// </summary>
internal static class EnsembleRefinement
{
    public static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        int promptTokens;
        IReadOnlyList<Sample> drafts;
        await using (var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken))
        {
            promptTokens = prompt.TokenCount;
            drafts = await prompt.SampleAsync(asked.Samples(0, asked.Profile.Samples), cancellationToken);
        }

        await using var refining = await asked.Model.ReadAsync(RefiningPrompt(asked, [.. drafts.Select(static draft => draft.Text)]), cancellationToken);
        var samples = await refining.SampleAsync(asked.Samples(0, asked.Profile.Refinements, stage: 1), cancellationToken);
        var refined = await ReadReasonings.OfAsync(asked, refining, samples, 1, cancellationToken);
        var extraction = asked.Extraction;
        var first = drafts.Select(draft => ReadReasonings.Read(extraction, asked.Stop, draft, 0));
        return PluralityAnswer.Of(asked, [.. first, .. refined], asked.Profile.Refinements) with { PromptTokens = promptTokens };
    }

    /// <summary>The question with the reasonings behind it; with so many worked examples as fit besides them.</summary>
    private static Prompt RefiningPrompt(AskedQuestion asked, IReadOnlyList<string> drafts)
    {
        var available = asked.Model.Description.ContextLength - PromptFit.TokensBehind(asked.Profile);
        for (var exemplars = asked.Protocol.ExemplarsFor(asked.Question).Length; ; exemplars--)
        {
            var prompt = PromptBuilder.BuildWithReasonings(asked.Protocol.WithAtMost(exemplars), asked.Question, drafts);
            var tokens = asked.Model.CountTokens(prompt);
            if (tokens <= available)
            {
                return prompt;
            }

            if (exemplars == 0)
            {
                throw new ContextOverflowException(tokens, PromptFit.TokensBehind(asked.Profile), asked.Model.Description.ContextLength);
            }
        }
    }
}
