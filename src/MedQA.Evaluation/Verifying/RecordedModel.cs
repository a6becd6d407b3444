using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Asking;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Evaluation.Verifying;

/// <summary>
/// A model that says again what is stored of it, and nothing else: a strategy run on it reaches the stored samples' votes without asking
/// the service that answered.
/// </summary>
internal sealed class RecordedModel(AnsweredQuestion stored) : ILanguageModel, IReadPrompt
{
    /// <inheritdoc/>
    public ModelDescription Description { get; } = new()
    {
        Name = "recorded",
        Fingerprint = "",
        EngineFingerprint = stored.EngineFingerprint,
        ContextLength = int.MaxValue,
        HasChatTemplate = true,
        GivesLogLikelihoods = false,
        TakesCompletions = false,
    };

    /// <summary>The first sample that the strategy draws and that is not stored; else <see langword="null"/>.</summary>
    public string? Fault { get; private set; }

    /// <inheritdoc/>
    public int TokenCount => 0;

    /// <inheritdoc/>
    public int CountTokens(Prompt prompt) => 0;

    /// <inheritdoc/>
    public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) => Task.FromResult<IReadPrompt>(this);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Sample>>(
            [.. Enumerable.Range(request.FirstIndex, request.Count).Select(index => Find(request.Stage, index))]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
        IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Stored answers have no scores.");

    /// <inheritdoc/>
    public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Stored answers have no scores.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Sample Find(int stage, int index)
    {
        var isFollowUp = stage >= ReadReasonings.FollowUpStage;
        var drawnIn = isFollowUp ? stage - ReadReasonings.FollowUpStage : stage;
        foreach (var reasoning in stored.Reasonings)
        {
            if (reasoning.Stage == drawnIn && reasoning.Index == index && (!isFollowUp || reasoning.FollowUp is not null))
            {
                return new Sample
                {
                    Index = index,
                    Text = isFollowUp ? reasoning.FollowUp! : reasoning.Text,
                    Thought = isFollowUp ? null : reasoning.Thought,
                    Tokens = [],
                    LogLikelihood = reasoning.LogLikelihood,
                    DrawnTokens = reasoning.DrawnTokens,
                    End = reasoning.End,
                    SpokenPart = isFollowUp ? null : reasoning.SpokenPart,
                    Thinking = isFollowUp ? null : reasoning.Thinking,
                };
            }
        }

        if (isFollowUp)
        {
            throw new AnswerRefusedException(FailureCodes.BadAnswer, "The follow-up was not answered.");
        }

        Fault ??= $"the strategy asks for sample {index + 1}, which is not stored";
        return new Sample { Index = index, Text = "", Tokens = [], LogLikelihood = double.NaN, DrawnTokens = 0, End = SampleEnd.EndToken };
    }
}
