namespace MedQA.Client;

/// <summary>Selects and sorts runs.</summary>
public sealed record RunListQuery
{
    /// <summary>
    /// The kind: <c>accepted</c>, <c>active</c>, <c>completed</c>, <c>completedWithFailures</c>, <c>cancelled</c>, <c>failed</c>,
    /// <c>rejected</c>; <see langword="null"/> for all.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>
    /// Only runs that have each of these words in their names, tags, note, profile, model, host or id; <see langword="null"/> for all.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only runs with this tag; <see langword="null"/> for all.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// The order: <c>newest</c>, <c>oldest</c>, <c>name</c>, <c>profile</c>, <c>model</c>, <c>highestAccuracy</c>,
    /// <c>lowestAccuracy</c>; <see langword="null"/> for the newest first.
    /// </summary>
    public string? Order { get; init; }
}

/// <summary>The name, tags and note of a run as they were read.</summary>
/// <param name="Annotation">The name, tags and note.</param>
/// <param name="ETag">Identifies them; <see langword="null"/> if the service sent none.</param>
public sealed record StoredAnnotation(RunAnnotation Annotation, string? ETag);
