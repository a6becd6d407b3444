using MedQA.Evaluation.Extraction;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Decoding;
using MedQA.Inference.Prompts;
using MedQA.Inference.Scoring;

namespace MedQA.Inference.Engine;

/// <summary>A prompt that the model has read: joins the engine, which knows token ids, with the texts of the strategies.</summary>
internal sealed class OnnxReadPrompt(PromptEncoder encoder, InferenceEngine engine, EncodedPrompt encoded, ReadTokens read) : IReadPrompt
{
    /// <inheritdoc/>
    public int TokenCount => read.Ids.Length;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
    {
        var opened = encoder.Thoughts.Opening(encoded.Ids);
        var budget = request.ThinkingTokens is { } most ? new ThoughtBudget(most, encoder.Thoughts, opened) : null;
        var samples = await engine.SampleAsync(read, request, cancellationToken, budget).ConfigureAwait(false);
        return [.. samples.Select(
            sample => sample with
            {
                SpokenPart = encoder.Thoughts.SpokenPart(
                    sample.Tokens, sample.Text.Length, opened is not null && !(budget is not null && IsClosedByText(opened, sample.Text)))
            })];
    }

    /// <summary>Whether the text itself tells where the prompt's thought ends, because the model has no token for that.</summary>
    private bool IsClosedByText(ThoughtMarker opened, string text) =>
        encoder.Thoughts.IsClosedByText(opened) && text.Contains(opened.Close, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
        IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken)
    {
        var sequences = new List<ScoredSequence>();
        foreach (var request in requests)
        {
            if (request.Continuations.Count == 0 || request.Continuations.Any(string.IsNullOrEmpty))
            {
                throw new ArgumentException("A score needs at least one continuation, and none may be empty.", nameof(requests));
            }

            foreach (var continuation in request.Continuations)
            {
                var pair = encoder.EncodeContinuation(encoded, request.After, request.Cue, continuation);
                sequences.Add(new([.. read.Virtual, .. pair.Context], pair.Continuation));
            }
        }

        var scores = await engine.ScoreAsync(read, sequences, cancellationToken).ConfigureAwait(false);
        var results = new List<IReadOnlyList<ContinuationScore>>(requests.Count);
        var next = 0;
        foreach (var request in requests)
        {
            results.Add(scores[next..(next + request.Continuations.Count)]);
            next += request.Continuations.Count;
        }

        return results;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var sequences = new List<ScoredSequence>();
        var parts = new List<(int Fixed, int Last)>();
        foreach (var sample in samples)
        {
            // What was put between drawn tokens has no probability: these are scored part by part.
            var from = 0;
            foreach (var mark in sample.Thinking?.Closed ?? [])
            {
                AddPart(sample, from, mark.At, []);
                from = mark.At + mark.Length;
            }

            var before = sequences.Count;
            foreach (var end in sample.End == SampleEnd.EndToken ? engine.EndTokens.Select(static end => (int[])[end]) : [[]])
            {
                AddPart(sample, from, sample.Tokens.Length, end);
            }

            parts.Add((before - parts.Sum(static part => part.Fixed + part.Last), sequences.Count - before));
        }

        var scores = await engine.ScoreAsync(read, sequences, cancellationToken).ConfigureAwait(false);
        var results = new List<RescoredSample>(samples.Count);
        var next = 0;
        foreach (var (sample, (whole, last)) in samples.Zip(parts))
        {
            var sure = scores[next..(next + whole)].Sum(static score => score.LogLikelihood);
            next += whole;
            var sums = scores[next..(next + last)].Select(score => sure + score.LogLikelihood).DefaultIfEmpty(sure);
            results.Add(new(engine.TextOf(sample.Tokens), sums.MinBy(sum => Math.Abs(sum - sample.LogLikelihood))));
            next += last;
        }

        return results;

        void AddPart(Sample sample, int from, int to, int[] end)
        {
            int[] part = [.. sample.Tokens[from..to], .. end];
            if (part.Length > 0)
            {
                sequences.Add(new([.. read.Ids, .. sample.Tokens[..from]], part));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => read.DisposeAsync();
}
