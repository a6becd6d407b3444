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
        var samples = await engine.SampleAsync(read, request, cancellationToken).ConfigureAwait(false);
        var isOpen = encoder.Thoughts.OpenAtEnd(encoded.Ids);
        return [.. samples.Select(
            sample => sample with { SpokenPart = encoder.Thoughts.SpokenPart(sample.Tokens, sample.Text.Length, isOpen) })];
    }

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
        var counts = new List<int>();
        foreach (var sample in samples)
        {
            IEnumerable<int[]> drawn =
                sample.End == SampleEnd.EndToken ? engine.EndTokens.Select(end => (int[])[.. sample.Tokens, end]) : [[.. sample.Tokens]];
            var before = sequences.Count;
            sequences.AddRange(drawn.Select(tokens => new ScoredSequence(read.Ids, tokens)));
            counts.Add(sequences.Count - before);
        }

        var scores = await engine.ScoreAsync(read, sequences, cancellationToken).ConfigureAwait(false);
        var results = new List<RescoredSample>(samples.Count);
        var next = 0;
        foreach (var (sample, count) in samples.Zip(counts))
        {
            var nearest = scores[next..(next + count)].MinBy(score => Math.Abs(score.LogLikelihood - sample.LogLikelihood));
            results.Add(new(engine.TextOf(sample.Tokens), nearest.LogLikelihood));
            next += count;
        }

        return results;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => read.DisposeAsync();
}
