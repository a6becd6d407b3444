using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Prompting;

namespace MedQA.Evaluation.Strategies.EnsembleRefinement;

/// <summary>
/// Ensemble refinement (Med-PaLM 2, Singhal et al., Nature Medicine 31, 2025): reasonings are sampled, then answers that are conditioned on
/// the question and all these reasonings; the answers of the second stage vote.
/// </summary>
internal static class EnsembleRefinementStrategy
{
    public static Profile Profile { get; } = UsualProfile.Of(new Strategy
    {
        Name = "ensemble-refinement",
        Description = "Draws reasonings, then answers again with these in view, as Med-PaLM 2 does. The slowest.",
        Answer = AskedQuestion.By(AnswerAsync),
        Validate = static profile => profile.Refinements == 0
            ? (Field: "refinements", Problem: "is 0, but ensemble-refinement needs at least 1.")
            : null,
        HasSecondStage = true,
    }) with { Refinements = 33 };

    private static async Task<AnsweredQuestion> AnswerAsync(AskedQuestion asked, CancellationToken cancellationToken)
    {
        int promptTokens;
        IReadOnlyList<Sample> drafts;
        await using (var prompt = await asked.Model.ReadAsync(asked.BuildPrompt(), cancellationToken))
        {
            promptTokens = prompt.TokenCount;
            drafts = await prompt.SampleAsync(asked.Samples(0, asked.Profile.Samples), cancellationToken);
        }

        var extraction = asked.Extraction;
        var first = drafts.Select(draft => ReadReasonings.Read(extraction, asked.Stop, draft, 0)).ToImmutableArray();
        if (RefiningPrompt(asked, [.. drafts.Select(static draft => draft.Text)]) is not { } refiningPrompt)
        {
            // Not an exception: for one the first stage would be repeated with fewer worked examples.
            return PluralityAnswer.Of(asked, first, asked.Profile.Refinements) with
            {
                Answer = null,
                AnswerSet = null,
                PromptTokens = promptTokens,
                Failure = new AnswerFailure(
                    FailureCodes.ContextOverflow,
                    $"The question with its {first.Length} reasonings and {asked.Profile.MaxTokens} tokens for an answer does not fit the "
                        + $"{asked.Model.Description.ContextLength} tokens of the model's context. Use fewer samples or a smaller "
                        + "maxTokens."),
            };
        }

        await using var refining = await asked.Model.ReadAsync(refiningPrompt, cancellationToken);
        var samples = await refining.SampleAsync(asked.Samples(0, asked.Profile.Refinements, stage: 1), cancellationToken);
        var refined = await ReadReasonings.OfAsync(asked, refining, samples, 1, cancellationToken);
        return PluralityAnswer.Of(asked, [.. first, .. refined], asked.Profile.Refinements) with { PromptTokens = promptTokens };
    }

    /// <summary>
    /// Returns the question after the reasonings, with as many worked examples as also fit; <see langword="null"/> if it does not fit
    /// without any.
    /// </summary>
    private static Prompt? RefiningPrompt(AskedQuestion asked, IReadOnlyList<string> drafts)
    {
        var available = asked.Model.Description.ContextLength - asked.Profile.TokensBehindPrompt;
        for (var exemplars = asked.Protocol.ExemplarsFor(asked.Question).Length; exemplars >= 0; exemplars--)
        {
            var prompt = PromptBuilder.BuildWithReasonings(asked.Protocol.WithAtMost(exemplars), asked.Question, drafts);
            if (asked.Model.CountTokens(prompt) <= available)
            {
                return prompt;
            }
        }

        return null;
    }
}
