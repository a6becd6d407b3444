namespace MedQA.Pipeline.Answering;

/// <summary>
/// A line of a progress blob that is not an answer. With <see cref="Ordinal"/> it says that a question was begun, or given back unanswered;
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

    /// <summary>Which attempt at the batch, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Who, of an attempt.</summary>
    public string? Worker { get; init; }
}
