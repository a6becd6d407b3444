using System.Collections.Immutable;

namespace MedQA.Inference.Checking;

/// <summary>The result of comparing a model with references.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Graph">The graph's file name.</param>
/// <param name="Fingerprint">The model's fingerprint.</param>
/// <param name="Files">One entry for each file of the references' folder, in the order of their names.</param>
public sealed record ReferenceCheckResult(string Model, string Graph, string Fingerprint, ImmutableArray<ReferenceFileCheck> Files)
{
    /// <summary>Whether at least one file was checked and none is beyond the tolerance or damaged.</summary>
    public bool Passed =>
        Files.Any(static file => file.Outcome == ReferenceOutcome.Equal)
            && !Files.Any(static file => file.Outcome is ReferenceOutcome.Different or ReferenceOutcome.Damaged);
}

/// <summary>The result of comparing a model with one file of references.</summary>
public sealed record ReferenceFileCheck
{
    /// <summary>The file, relative to the references' folder.</summary>
    public required string File { get; init; }

    /// <summary>What the file holds.</summary>
    public required ReferenceKind Kind { get; init; }

    /// <summary>Its result.</summary>
    public required ReferenceOutcome Outcome { get; init; }

    /// <summary>How many items were compared.</summary>
    public int Items { get; init; }

    /// <summary>How many of them agree: the same ids and text, the same greedy tokens, the same most likely continuation.</summary>
    public int Agreeing { get; init; }

    /// <summary>
    /// The largest absolute difference: of a logit for <see cref="ReferenceKind.Logits"/> and <see cref="ReferenceKind.SoftPrompt"/>, of a
    /// log-likelihood for <see cref="ReferenceKind.LogLikelihoods"/>, of a mean log-probability for <see cref="ReferenceKind.Chats"/>;
    /// <see langword="null"/> if nothing with a number was compared.
    /// </summary>
    public double? LargestDeviation { get; init; }

    /// <summary>
    /// The accuracies of <see cref="ReferenceKind.LogLikelihoods"/>, over the items compared; else <see langword="null"/>.
    /// </summary>
    public ReferenceAccuracy? Accuracy { get; init; }

    /// <summary>
    /// The first item that differs and how, or why the file was not checked; <see langword="null"/> if there is nothing to say.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>The share of items that agree, 0 to 1; 0 if none was compared.</summary>
    public double Agreement => Items == 0 ? 0 : (double)Agreeing / Items;
}

/// <summary>Accuracies as lm-evaluation-harness counts them, here and in the reference.</summary>
/// <param name="Measured">The share of items whose most likely continuation is the right one (<c>acc</c>).</param>
/// <param name="Reference">What the reference states for the same items.</param>
/// <param name="MeasuredNormalized">The same with log-likelihoods divided by the continuations' characters (<c>acc_norm</c>).</param>
/// <param name="ReferenceNormalized">What the reference states for the same items.</param>
public sealed record ReferenceAccuracy(double Measured, double Reference, double MeasuredNormalized, double ReferenceNormalized);

/// <summary>What a file of references holds.</summary>
public enum ReferenceKind
{
    /// <summary>Nothing that is known.</summary>
    Unknown,

    /// <summary>Texts with their token ids and decoded texts (tokens.json).</summary>
    Tokens,

    /// <summary>Chats with their rendered text, ids and greedy tokens (greedy.json).</summary>
    Chats,

    /// <summary>Prompts with the logits after them and greedy tokens (*.reference.json).</summary>
    Logits,

    /// <summary>Prompts with the log-likelihoods of continuations (*.jsonl of lm-evaluation-harness).</summary>
    LogLikelihoods,

    /// <summary>A soft prompt with what follows it (prompt_tuning.json).</summary>
    SoftPrompt,

    /// <summary>The answers of a strategy to a question set (reasoner.json).</summary>
    Answers,

    /// <summary>Expected values of statistics (statistics.json).</summary>
    Statistics,
}

/// <summary>The result of a file of references.</summary>
public enum ReferenceOutcome
{
    /// <summary>Every item agrees, within the tolerance.</summary>
    Equal,

    /// <summary>An item differs by more than the tolerance.</summary>
    Different,

    /// <summary>The file is understood, but it says nothing that this check could compare; the note says why.</summary>
    NotChecked,

    /// <summary>The file's kind is unknown.</summary>
    NotUnderstood,

    /// <summary>The file is of a known kind, but cut off or contradictory; the note says where.</summary>
    Damaged,
}
