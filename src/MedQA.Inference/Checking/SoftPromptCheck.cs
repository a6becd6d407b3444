using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Inference.Checking;

/// <summary>
/// Compares a model's results after a soft prompt with a reference: the reference's cache precedes its prompt, in
/// the graph as it is.
/// </summary>
internal static class SoftPromptCheck
{
    private const string NotCovered =
        "checked: the logits and greedy tokens after the reference's prefix cache; what needs training (gradient, losses, the tuned "
            + "prompt, and that it leaves this cache) is not";

    /// <summary>Compares the logits after the prompt and the greedy tokens.</summary>
    public static async Task<ReferenceFileCheck> RunAsync(
        CheckedModel model,
        ReferenceFile file,
        SoftPromptReference reference,
        ReferenceCheckOptions options,
        IProgress<ReferenceCheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (PrefixOf(model, file, reference) is not { } keyValues
            || !model.Fits(reference.PromptAfterPrefix, reference.SoftPromptLength + reference.Greedy.Length))
        {
            return ReferenceCheck.NotChecked(
                file,
                ReferenceKind.SoftPrompt,
                "it is of another model: its prefix cache and this model's differ in shape, or its prompt does not fit this model's "
                    + "context or vocabulary");
        }

        var tally = new ReferenceTally(file, ReferenceKind.SoftPrompt, options.Tolerance);
        await using var prompt =
            await model.Engine.ReadAsync(reference.PromptAfterPrefix, 0, cancellationToken, model.Engine.Admit(file.Name, keyValues));
        if (prompt.Logits.Length != reference.LastLogits.Length)
        {
            tally.Add(
                "the prompt after the prefix",
                $"the reference has {reference.LastLogits.Length} logits, the model {prompt.Logits.Length}");
        }
        else
        {
            var sample = await model.ContinueAsync(prompt, reference.Greedy.Length, cancellationToken);
            var difference = ReferenceCheck.FirstDifference([.. sample.Tokens], reference.Greedy) is { } place
                ? $"greedy token {place + 1} of {reference.Greedy.Length} differs"
                : null;
            tally.Add(
                "the prompt after the prefix",
                difference,
                ReferenceCheck.LargestDeviation(prompt.Logits, reference.LastLogits),
                "a logit");
        }

        progress?.Report(new(file.Name, 1, 1));
        var result = tally.Result();
        return result with { Note = result.Note is { } note ? $"{note} ({NotCovered})" : NotCovered };
    }

    /// <summary>Returns the reference's cache, or <see langword="null"/> if this model's has another shape.</summary>
    private static SoftPromptKeyValues? PrefixOf(CheckedModel model, ReferenceFile file, SoftPromptReference reference)
    {
        ImmutableArray<float[]> tensors = [.. reference.PrefixCache.SelectMany(static layer => layer)];
        if (reference.SoftPromptLength < 1
            || reference.Greedy.Length == 0
            || tensors.IsEmpty
            || reference.PrefixCache.Any(static layer => layer.Length != 2)
            || tensors.Any(tensor => tensor.Length != tensors[0].Length))
        {
            throw new InputException(
                file.Name, "its prefix_cache does not have keys and values of equal length for each layer, or it states no greedy tokens.");
        }

        var (layers, heads, headSize) = model.Engine.CacheShape;
        return 2 * layers == tensors.Length && heads * reference.SoftPromptLength * headSize == tensors[0].Length
            ? new(reference.SoftPromptLength, heads, headSize, tensors)
            : null;
    }
}
