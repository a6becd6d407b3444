using MedQA.Evaluation.LanguageModels;

namespace MedQA.Web.Tests;

/// <summary>A model that answers every question with B, four times of five, and with A otherwise.</summary>
internal sealed class ScriptedModel : ILanguageModel
{
    public ModelDescription Description { get; } = new()
    {
        Facts = new() { Parameters = 135_000_000, Family = "scripted" },
        Name = "scripted",
        Fingerprint = new string('0', 64),
        EngineFingerprint = "scripted",
        ContextLength = 100_000,
        HasChatTemplate = true,
    };

    /// <summary>Completed when questions may be answered; tests that look at a run in the middle hold it back.</summary>
    public TaskCompletionSource Go { get; private set; } = new();

    /// <summary>Holds questions back again.</summary>
    public void Hold() => Go = new TaskCompletionSource();

    /// <summary>Called before a question is answered, once they may be.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = static _ => Task.CompletedTask;

    public int CountTokens(Prompt prompt) => 10;

    public async Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        await Go.Task.WaitAsync(cancellationToken);
        await Before(cancellationToken);
        return new ScriptedPrompt();
    }

    private sealed class ScriptedPrompt : IReadPrompt
    {
        public int TokenCount => 10;

        public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Sample>>([.. Enumerable.Range(request.FirstIndex, request.Count).Select(static index => new Sample
            {
                Index = index,
                Text = $"It is known. Answer: {(index % 5 == 4 ? 'A' : 'B')}",
                Tokens = [1, 2, 3],
                LogLikelihood = -1,
                DrawnTokens = 4,
                End = SampleEnd.EndToken,
            })]);

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IReadOnlyList<ContinuationScore>>>([.. requests.Select(static request =>
                (IReadOnlyList<ContinuationScore>)[.. request.Continuations.Select(static (_, index) => new ContinuationScore(-index, 1, index == 0))])]);

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RescoredSample>>([.. samples.Select(static sample => new RescoredSample(sample.Text, sample.LogLikelihood))]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
