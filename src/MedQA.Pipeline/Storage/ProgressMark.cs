using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// A line of a progress blob that is not an answer. With <see cref="Ordinal"/> it says that a question was begun, given back unanswered, or
/// ran out of time;
/// without, that a worker has begun an attempt at the batch.
/// </summary>
internal sealed record ProgressMark
{
    /// <summary>The question, or <see langword="null"/> for the whole batch.</summary>
    public int? Ordinal { get; init; }

    /// <summary>When the question (or the attempt) was begun.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the question was given back because the worker had to stop: that start does not count as a crash.</summary>
    public DateTimeOffset? Dropped { get; init; }

    /// <summary>
    /// When the question's first try ran out of the profile's time: it is tried once more, behind the other questions of the batch.
    /// </summary>
    public DateTimeOffset? TimedOut { get; init; }

    /// <summary>How long the try that ran out of time took; else <see langword="null"/>.</summary>
    public double? Seconds { get; init; }

    /// <summary>What a model's service had counted for a question that was given back or ran out of time.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>Which attempt at the batch, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Who, of an attempt.</summary>
    public string? Worker { get; init; }
}
