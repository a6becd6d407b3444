using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints;

/// <summary>A conversation for a model that is asked over HTTP. Nothing is sent before samples are drawn.</summary>
/// <param name="model">The model.</param>
/// <param name="tokens">The most tokens that the conversation has.</param>
/// <param name="draw">Draws the samples of a request.</param>
internal sealed class ServedPrompt(
    ModelDescription model,
    int tokens,
    Func<SampleRequest, CancellationToken, Task<IReadOnlyList<Sample>>> draw) : IReadPrompt
{
    /// <inheritdoc/>
    public int TokenCount => tokens;

    /// <summary>Returns the prompt as one of which samples can be drawn. Nothing is sent.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="draw">Draws the samples of a request after a conversation of so many tokens at most.</param>
    /// <exception cref="InputException">The prompt is a plain text.</exception>
    /// <exception cref="ContextOverflowException">The prompt alone is longer than the model's context.</exception>
    public static Task<IReadPrompt> ReadAsync(
        ModelDescription model,
        Prompt prompt,
        Func<ChatPrompt, int, SampleRequest, CancellationToken, Task<IReadOnlyList<Sample>>> draw)
    {
        var chat = ChatOf(model, prompt);
        var tokens = TokenEstimate.Of(chat);
        return tokens > model.ContextLength
            ? throw new ContextOverflowException(tokens, 1, model.ContextLength)
            : Task.FromResult<IReadPrompt>(
                new ServedPrompt(model, tokens, (request, cancelling) => draw(chat, tokens, request, cancelling)));
    }

    /// <summary>Checks that a prompt can be asked.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompt">The prompt.</param>
    /// <returns>The prompt as a conversation.</returns>
    /// <exception cref="InputException">The prompt is a plain text.</exception>
    public static ChatPrompt ChatOf(ModelDescription model, Prompt prompt) => prompt as ChatPrompt
        ?? throw new InputException($"model {model.Name} is behind an endpoint that answers chats and does not continue plain texts.");

    /// <inheritdoc/>
    public Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if ((long)tokens + request.MaxTokens > model.ContextLength)
        {
            throw new ContextOverflowException(tokens, request.MaxTokens, model.ContextLength);
        }

        return (request.TopK > 0 || request.MinP > 0) && !model.TruncatesByRank
            ? throw new InputException(
                $"model {model.Name} is behind an endpoint that takes no topK and no minP: set both to 0 in the profile.")
            : draw(request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="InputException">Always.</exception>
    public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
        IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) => throw NoScores();

    /// <inheritdoc/>
    /// <exception cref="InputException">Always.</exception>
    public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
        throw NoScores();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private InputException NoScores() =>
        new($"model {model.Name} is behind an endpoint, which cannot score given texts: use a profile that samples answers.");
}
