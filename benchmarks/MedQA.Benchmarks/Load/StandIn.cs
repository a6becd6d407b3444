using System.Collections.Immutable;
using System.Diagnostics;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Benchmarks.Load;

/// <summary>A model that answers at once, with as much text as a real one: what is measured is everything but the model.</summary>
internal sealed class StandIn : ILanguageModel
{
    private long _ticks;

    /// <summary>How long it took to make up its answers: not the pipeline's time.</summary>
    public TimeSpan Spent => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    public ModelDescription Description { get; } = new()
    {
        Name = "stand-in",
        Fingerprint = "5ca1e05ca1e05ca1e05ca1e05ca1e05ca1e05ca1e05ca1e05ca1e05ca1e05ca1",
        EngineFingerprint = "stand-in 1",
        ContextLength = 8192,
        HasChatTemplate = true,
    };

    public int CountTokens(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => chat.Messages.Sum(static message => message.Content.Length) / 4,
        CompletionPrompt completion => completion.Text.Length / 4,
        _ => throw new NotSupportedException(),
    };

    public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) => Task.FromResult<IReadPrompt>(new Read(this, CountTokens(prompt)));

    private sealed class Read(StandIn model, int tokens) : IReadPrompt
    {
        public int TokenCount => tokens;

        public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
        {
            var began = Stopwatch.GetTimestamp();
            var question = new Draws(request.StreamKey);
            var (favourite, sure) = ("ABCD"[question.Next(4)], question.NextShare());
            var samples = new Sample[request.Count];
            for (var i = 0; i < samples.Length; i++)
            {
                var draw = new Draws(request.StreamKey ^ ((ulong)(request.FirstIndex + i + 1) << 48));
                var text = CaseTexts.Reasoning(ref draw, draw.NextShare() < sure ? favourite : "ABCD"[draw.Next(4)]);
                var drawn = new int[text.Length * 10 / 43];
                for (var token = 0; token < drawn.Length; token++)
                {
                    drawn[token] = draw.Next(49_152);
                }

                samples[i] = new Sample
                {
                    Index = request.FirstIndex + i,
                    Text = text,
                    Tokens = ImmutableArray.Create(drawn),
                    LogLikelihood = -drawn.Length * (0.4 + draw.NextShare()),
                    DrawnTokens = drawn.Length + 1,
                    End = SampleEnd.EndToken,
                };
            }

            Interlocked.Add(ref model._ticks, Stopwatch.GetTimestamp() - began);
            return Task.FromResult<IReadOnlyList<Sample>>(samples);
        }

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<ContinuationScore>>>(
                [.. requests.Select(static request => request.Continuations.Select((_, option) => new ContinuationScore(-1 - ((option + request.After.Count) % request.Continuations.Count), 1, option == 0)).ToArray())]);

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RescoredSample>>([.. samples.Select(static sample => new RescoredSample(sample.Text, sample.LogLikelihood))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
