using System.Collections.Immutable;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>Asks for samples of one question.</summary>
public sealed record SampleRequest
{
    /// <summary>The index of the first sample; with the indices the random streams of samples are the same in waves as at once.</summary>
    public int FirstIndex { get; init; }

    /// <summary>How many samples to draw; at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>0 for the most likely token each time (ties to the lowest id), else the divisor of the logits.</summary>
    public required double Temperature { get; init; }

    /// <summary>Only the smallest set of tokens whose probabilities reach this is sampled from; 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only this many of the most likely tokens are sampled from; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this times as likely as the most likely one are sampled from; 0 for all.</summary>
    public double MinP { get; init; }

    /// <summary>The most tokens that a sample may have; at least 1.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>A sample ends before the first of these texts that it would contain.</summary>
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>The 64-bit key of the question's random stream; see <c>Randomness</c>.</summary>
    public required ulong StreamKey { get; init; }

    /// <summary>
    /// Fields for the requests to a model's service, as a JSON object; <see langword="null"/> for none. Models of the process take none.
    /// </summary>
    public string? ModelOptions { get; init; }

    /// <summary>
    /// The most tokens that a sample may think; then its thought is closed with the model's own mark. <see langword="null"/> for no limit.
    /// </summary>
    public int? ThinkingTokens { get; init; }

    /// <summary>Which stage of a strategy draws: part of the counter of the random stream, so that stages never share numbers.</summary>
    public int Stage { get; init; }

    /// <summary>Whether <see cref="Sample.TokenScores"/> is wanted; strategies need only the sum.</summary>
    public bool WantsTokenScores { get; init; }
}

/// <summary>Why a sample ended.</summary>
public enum SampleEnd
{
    /// <summary>The model ended its turn.</summary>
    EndToken,

    /// <summary>A stop text came.</summary>
    StopText,

    /// <summary>It was cut at the most tokens that the request allows.</summary>
    MaxTokens,

    /// <summary>A content filter of the model's service withheld it, or the rest of it: it gives no answer.</summary>
    ContentFilter,
}

/// <summary>One sampled reasoning.</summary>
public sealed record Sample
{
    /// <summary>Its index among the question's samples, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its text, before the stop text or end token.</summary>
    public required string Text { get; init; }

    /// <summary>Its token ids as drawn; with the end token, if one came, left out. Empty if the model does not give them.</summary>
    public required ImmutableArray<int> Tokens { get; init; }

    /// <summary>
    /// Sum over all generated tokens (the end token included, marks of <see cref="Thinking"/> not) of the log-probability at temperature 1,
    /// without top-k, top-p or min-p;
    /// <see cref="double.NaN"/> if the model does not give it.
    /// </summary>
    public required double LogLikelihood { get; init; }

    /// <summary>
    /// How many tokens were drawn: <see cref="Tokens"/> without the marks of <see cref="Thinking"/>, and the end token, if one came. The
    /// length over which <see cref="LogLikelihood"/> is averaged. Where a service counts the tokens of several samples together, an
    /// estimate whose sum is right.
    /// </summary>
    public required int DrawnTokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required SampleEnd End { get; init; }

    /// <summary>
    /// The part of <see cref="Text"/> that is not a thought, by the tokens that mark thoughts and by how the prompt ended; empty if a
    /// thought was never closed. <see langword="null"/> if no such token came and the prompt opened no thought.
    /// </summary>
    public TextSpan? SpokenPart { get; init; }

    /// <summary>
    /// How long it thought and where its thoughts were closed, where <see cref="SampleRequest.ThinkingTokens"/> limits them; else
    /// <see langword="null"/>.
    /// </summary>
    public Thinking? Thinking { get; init; }

    /// <summary>What the model thought before <see cref="Text"/>, if its service gives that apart; or <see langword="null"/>.</summary>
    public string? Thought { get; init; }

    /// <summary>
    /// One for each of <see cref="Tokens"/>, where <see cref="SampleRequest.WantsTokenScores"/> asks for them and the model gives them;
    /// else empty.
    /// </summary>
    public ImmutableArray<TokenScore> TokenScores { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>A token of a sample and how likely it was.</summary>
/// <param name="Bytes">The bytes of its text, which may be a part of a character.</param>
/// <param name="LogProbability">Its natural-log probability at temperature 1, without top-k, top-p or min-p.</param>
public readonly record struct TokenScore(ImmutableArray<byte> Bytes, double LogProbability);

/// <summary>How long a sample thought under a budget.</summary>
/// <param name="Tokens">The tokens of its thoughts, without the marks around them.</param>
/// <param name="Closed">The marks that were put there to close a thought, in their order; empty if the model kept within its
/// budget.</param>
public sealed record Thinking(int Tokens, ImmutableArray<InsertedMark> Closed);

/// <summary>A mark among a sample's tokens that the model did not draw.</summary>
/// <param name="At">The place of its first token among <see cref="Sample.Tokens"/>, from 0.</param>
/// <param name="Length">How many tokens it has.</param>
public readonly record struct InsertedMark(int At, int Length);
