using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Tests.Answering;

/// <summary>A language model with known answers: what it writes and scores is given by functions; what it was asked is kept.</summary>
internal sealed class ScriptedModel : ILanguageModel
{
    public ModelDescription Description { get; init; } = new() { Name = "scripted", Fingerprint = "00", EngineFingerprint = "scripted-engine", ContextLength = 4096, HasChatTemplate = true };

    /// <summary>The text of a sample, by its prompt, stage and index.</summary>
    public Func<Prompt, SampleRequest, int, string> Write { get; init; } = (_, _, _) => "Answer: (A)";

    /// <summary>The log-likelihood of a continuation.</summary>
    public Func<ScoreRequest, string, double> Score { get; init; } = (_, _) => -1;

    /// <summary>The mean log-probability per token of a sample, by its index.</summary>
    public Func<int, double> MeanLogProbability { get; init; } = _ => -0.5;

    /// <summary>Why a sample ended, by its index.</summary>
    public Func<int, SampleEnd> End { get; init; } = static _ => SampleEnd.EndToken;

    /// <summary>Counts tokens: one per 4 UTF-16 units by default.</summary>
    public Func<Prompt, int> Count { get; init; } = prompt => TextOf(prompt).Length / 4;

    public ITextEmbedding? Embedding { get; init; }

    public List<Prompt> Prompts { get; } = [];

    public List<SampleRequest> Requests { get; } = [];

    public List<IReadOnlyList<ScoreRequest>> ScoreCalls { get; } = [];

    public int OpenPrompts { get; private set; }

    public static string TextOf(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => string.Join('\n', chat.Messages.Select(message => message.Content)),
        CompletionPrompt completion => completion.Text,
        _ => throw new InvalidOperationException("There are two kinds of prompt."),
    };

    public int CountTokens(Prompt prompt) => Count(prompt);

    public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Prompts.Add(prompt);
        OpenPrompts++;
        return Task.FromResult<IReadPrompt>(new Read(this, prompt));
    }

    private sealed class Read(ScriptedModel model, Prompt prompt) : IReadPrompt
    {
        public int TokenCount => model.Count(prompt);

        public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TokenCount + request.MaxTokens > model.Description.ContextLength)
            {
                throw new ContextOverflowException(TokenCount, request.MaxTokens, model.Description.ContextLength);
            }

            model.Requests.Add(request);
            return Task.FromResult<IReadOnlyList<Sample>>([.. Enumerable.Range(request.FirstIndex, request.Count).Select(index =>
            {
                var text = model.Write(prompt, request, index);
                ImmutableArray<int> tokens = [.. text.Select(character => (int)character)];
                return new Sample
                {
                    Index = index,
                    Text = text,
                    Tokens = tokens,
                    DrawnTokens = tokens.Length + 1,
                    LogLikelihood = model.MeanLogProbability(index) * (tokens.Length + 1),
                    End = model.End(index),
                };
            })]);
        }

        public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken)
        {
            model.ScoreCalls.Add(requests);
            return Task.FromResult<IReadOnlyList<IReadOnlyList<ContinuationScore>>>([.. requests.Select(request =>
                (IReadOnlyList<ContinuationScore>)[.. request.Continuations.Select(continuation => new ContinuationScore(model.Score(request, continuation), 1, false))])]);
        }

        public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RescoredSample>>([.. samples.Select(sample => new RescoredSample(
                string.Concat(sample.Tokens.Select(static token => (char)token)), model.MeanLogProbability(sample.Index) * sample.DrawnTokens))]);

        public ValueTask DisposeAsync()
        {
            model.OpenPrompts--;
            return ValueTask.CompletedTask;
        }
    }
}
