using System.Collections.Concurrent;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>A model that answers at once with known letters: sample i of a question answers by the question's text alone. What it was asked is counted; a test can make questions fail.</summary>
internal sealed class ScriptedModel(string fingerprint = "scripted-model", string name = "scripted") : ILanguageModel
{
    private readonly ConcurrentDictionary<string, int> _asked = new();

    /// <summary>Called with the question's prompt before it is read.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>How often each question was read.</summary>
    public IReadOnlyDictionary<string, int> Asked => _asked;

    /// <summary>Where it says to be asked over HTTP; then each prompt that is read counts 100 tokens, and each sample 10.</summary>
    public ModelEndpoint? Endpoint { get; set; }

    /// <summary>Its size and family.</summary>
    public ModelFacts? Facts { get; set; }

    public ModelDescription Description => field ??= new()
    {
        Facts = Facts,
        Name = name,
        Fingerprint = fingerprint,
        EngineFingerprint = "scripted engine 1",
        ContextLength = 4096,
        HasChatTemplate = true,
        Endpoint = Endpoint,
        GivesLogLikelihoods = Endpoint is null,
        TakesCompletions = Endpoint is null,
    };

    public ILanguageModel WithMeter(UsageMeter meter) => Endpoint is null ? this : new Metered(this, meter);

    /// <summary>How many questions it says to be asked at once.</summary>
    public int AtOnce { get; init; } = 1;

    public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) => Task.FromResult(AtOnce);

    public int CountTokens(Prompt prompt) => TextOf(prompt).Length / 4;

    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        var text = TextOf(prompt);
        await Before(text, cancellationToken);
        _asked.AddOrUpdate(text, 1, static (_, times) => times + 1);
        return new Read(text);
    }

    /// <summary>Asks this model, and keeps what it was asked with which prefix.</summary>
    public Task<ILanguageModel> WithSoftPromptAsync(
        SoftPromptReference prefix, ReadOnlyMemory<byte> keyValues, CancellationToken cancellationToken) =>
        prefix.GetIncompatibility(Description) is { } reason
            ? throw new InputException(reason)
            : Task.FromResult<ILanguageModel>(new Prefixed(this, prefix, keyValues.ToArray()));

    /// <summary>Called before it is asked.</summary>
    public Func<CancellationToken, Task> Preparing { get; set; } = static _ => Task.CompletedTask;

    public Task PrepareAsync(CancellationToken cancellationToken) => Preparing(cancellationToken);

    /// <summary>The prefixes that questions were asked with, once a question.</summary>
    public ConcurrentQueue<(string Hash, byte[] KeyValues)> AskedWith { get; } = [];

    private static string TextOf(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => chat.Messages[^1].Content,
        CompletionPrompt completion => completion.Text,
        _ => throw new NotSupportedException(),
    };

    private sealed class Prefixed(ScriptedModel model, SoftPromptReference prefix, byte[] keyValues) : ILanguageModel
    {
        public ModelDescription Description => model.Description;

        public int CountTokens(Prompt prompt) => prefix.Length + model.CountTokens(prompt);

        public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
        {
            model.AskedWith.Enqueue((prefix.Hash, keyValues));
            return model.ReadAsync(prompt, cancellationToken);
        }
    }

    private sealed class Metered(ScriptedModel model, UsageMeter meter) : ILanguageModel
    {
        public ModelDescription Description => model.Description;

        public int CountTokens(Prompt prompt) => model.CountTokens(prompt);

        public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
        {
            var read = await model.ReadAsync(prompt, cancellationToken);
            meter.Add(new TokenUsage
            {
                Requests = 1, PromptTokens = 100, CompletionTokens = 30, Cost = model.Endpoint!.Prices?.CostOf(100, 30), Versions = ["scripted-1"],
            });
            return read;
        }
    }

    private sealed class Read(string text) : IReadPrompt
    {
        public int TokenCount => text.Length / 4;

        public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Sample>>([.. Enumerable.Range(request.FirstIndex, request.Count).Select(Draw)]);

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<ContinuationScore>>>(
                [.. requests.Select(static request => request.Continuations.Select(static (_, i) => new ContinuationScore(-1 - i, 1, i == 0)).ToArray())]);

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RescoredSample>>([.. samples.Select(sample => Draw(sample.Index)).Select(static drawn => new RescoredSample(drawn.Text, drawn.LogLikelihood))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Sample Draw(int index)
        {
            var letter = "ABCD"[(text.Sum(static c => c) + (index / 2)) % 4];

            // Where several options can be right, all samples but the last answer A and C.
            var said = !text.Contains("One or more of the options are right", StringComparison.Ordinal) ? $"({letter})" : index < 2 ? "A, C" : "(C)";
            return new Sample
            {
                Index = index,
                Text = $"It follows from the findings.\nAnswer: {said}",
                Tokens = [1, 2, 3, letter],
                LogLikelihood = -2.5 - index,
                DrawnTokens = 5,
                End = SampleEnd.EndToken,
            };
        }
    }
}
