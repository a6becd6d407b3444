using System.Diagnostics.CodeAnalysis;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// A language model as the strategies see it. The seam between the science and the engine: MedQA.Inference implements it
/// over ONNX Runtime, and tests implement it with known answers.
/// </summary>
/// <remarks>
/// Same bits: everything that a model returns is a function of the model, the prompt, the request and the engine's version;
/// never of what was asked before, of load, or of what is asked at the same time. Safe for concurrent use.
/// </remarks>
public interface ILanguageModel : IAsyncDisposable
{
    /// <summary>The model's identity and limits.</summary>
    ModelDescription Description { get; }

    /// <summary>Frees what the model holds; nothing by default.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "A model without anything to free has no finalizer.")]
    ValueTask IAsyncDisposable.DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// The model's embedding of texts; <see langword="null"/> if it gives none, as <see cref="ModelDescription.GivesEmbeddings"/> says
    /// beforehand.
    /// </summary>
    ITextEmbedding? Embedding => null;

    /// <summary>
    /// Loads what is needed to be asked, so that the first question does not take that time; nothing by default.
    /// </summary>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded at present.</exception>
    Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Returns how many questions are answered fastest when asked at once; 1, the default, if asking several brings nothing. What each of
    /// them is answered does not depend on it. The first call may take as long as a few tokens.
    /// </summary>
    /// <param name="samples">Samples that are drawn per question.</param>
    /// <param name="maxTokens">The most tokens of a sample.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded at present.</exception>
    Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) => Task.FromResult(1);

    /// <summary>
    /// Limits what this process asks of the model's service to a share of <see cref="ModelDescription.HasLimits"/>' limits, because other
    /// processes ask it too; nothing where there are no limits.
    /// </summary>
    /// <param name="share">More than 0, at most 1.</param>
    void UseShare(double share)
    {
        // There is nothing to share.
    }

    /// <summary>Returns the same model, which adds what its service counts to a meter; itself where no service is asked.</summary>
    ILanguageModel WithMeter(UsageMeter meter) => this;

    /// <summary>
    /// Returns the number of tokens of the prompt as the model reads it, special tokens and template included; an upper estimate where
    /// <see cref="ModelDescription.Endpoint"/> is set.
    /// </summary>
    int CountTokens(Prompt prompt);

    /// <summary>Reads (prefills) a prompt once; samples and scores are then drawn from it any number of times.</summary>
    /// <exception cref="ContextOverflowException">The prompt alone is longer than the model's context.</exception>
    /// <exception cref="ModelUnavailableException">No question can be asked at present. Samples and scores throw it too.</exception>
    Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the same model with a soft prompt before every prompt: its virtual tokens count as tokens of the prompt. Any number of them
    /// can be in use side by side.
    /// </summary>
    /// <param name="prefix">Which soft prompt.</param>
    /// <param name="keyValues">What is in its <c>prefix.safetensors</c>.</param>
    /// <param name="cancellationToken">Ends the waiting for a model that must be loaded for it.</param>
    /// <exception cref="InputException">It is not for this model, or the bytes are not its own.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded at present.</exception>
    Task<ILanguageModel> WithSoftPromptAsync(
        SoftPromptReference prefix, ReadOnlyMemory<byte> keyValues, CancellationToken cancellationToken) =>
        throw new InputException($"model {Description.Name} takes no prefixes.");
}

/// <summary>A prompt that a model has read: its key/value cache is held until this is disposed.</summary>
public interface IReadPrompt : IAsyncDisposable
{
    /// <summary>The prompt's length in tokens.</summary>
    int TokenCount { get; }

    /// <summary>Draws samples that continue the prompt.</summary>
    /// <returns>One per index asked for, in the order of their indices.</returns>
    /// <exception cref="ContextOverflowException">Prompt and <see cref="SampleRequest.MaxTokens"/> do not fit the model's
    /// context.</exception>
    /// <exception cref="AnswerRefusedException">There is no answer to this prompt, such as because of a content filter.</exception>
    Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the log-likelihood of each continuation after the prompt, as lm-evaluation-harness 0.4.13 computes it (docs/architecture.md,
    /// "How options are scored"): after each prefix, the sum of the log-probabilities of the continuation's tokens at temperature 1.
    /// </summary>
    /// <returns>For each request, one score per continuation, in order.</returns>
    Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
        IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken);

    /// <summary>
    /// Scores samples that were drawn after the same prompt, perhaps elsewhere, to verify them without drawing
    /// again.
    /// </summary>
    /// <returns>One for each, in order.</returns>
    Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken);
}

/// <summary>A model's text and score for a sample's tokens.</summary>
/// <param name="Text">The text that they decode to, up to the last of them: a sample that a stop text ended has the beginning of
/// it.</param>
/// <param name="LogLikelihood">Their log-likelihood as <see cref="Sample.LogLikelihood"/> counts it; where one of several end tokens may
/// have ended the sample, with the one that comes nearest to the sample's own.</param>
public readonly record struct RescoredSample(string Text, double LogLikelihood);

/// <summary>Asks for the scores of continuations that come after the prompt, or after the prompt, a sample's tokens and a cue.</summary>
/// <param name="After">Token ids that come between the prompt and the cue: a sample's tokens without its end token; empty for the prompt
/// itself.</param>
/// <param name="Cue">Text before the continuations, for example <c>"\nAnswer: ("</c>; empty for none.</param>
/// <param name="Continuations">The texts to score; at least one, none of them empty.</param>
public sealed record ScoreRequest(IReadOnlyList<int> After, string Cue, IReadOnlyList<string> Continuations);

/// <summary>How likely a continuation is.</summary>
/// <param name="LogLikelihood">Sum of the natural-log probabilities of its tokens.</param>
/// <param name="Tokens">How many tokens that sum has.</param>
/// <param name="IsGreedy">Whether every one of them is the most likely token at its place.</param>
public readonly record struct ContinuationScore(double LogLikelihood, int Tokens, bool IsGreedy);
