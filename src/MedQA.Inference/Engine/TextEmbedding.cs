using System.Collections.Concurrent;
using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Prompts;

namespace MedQA.Inference.Engine;

/// <summary>The mean of a text's hidden states in the model's last layer, scaled to length 1.</summary>
internal sealed class TextEmbedding(PromptEncoder encoder, EngineOnDemand loading) : ITextEmbedding
{
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<string, ImmutableArray<float>> _known = new(StringComparer.Ordinal);

    public async Task<ImmutableArray<float>> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (_known.TryGetValue(text, out var known))
        {
            return known;
        }

        var ids = encoder.Encode(new CompletionPrompt(text, 0)).Ids;
        var engine = await loading.GetAsync(cancellationToken).ConfigureAwait(false);
        var sums = await engine.SumHiddenAsync(ids.Length > engine.ContextLength ? ids[..engine.ContextLength] : ids, cancellationToken)
            .ConfigureAwait(false);
        var length = Math.Sqrt(sums.Sum(static sum => sum * sum));
        ImmutableArray<float> embedding = [.. sums.Select(sum => length == 0 ? 0 : (float)(sum / length))];
        if (_known.Count >= MaxKept)
        {
            // Worked examples are asked for with every question and soon known again.
            _known.Clear();
        }

        _known[text] = embedding;
        return embedding;
    }
}
