namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>What a model card says of its run and the report does not know.</summary>
public sealed record CardedRun
{
    /// <summary>Whether the run was cancelled: what is not answered stays so.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>
    /// The options of <c>medqa run</c> by which the question set was read, each behind a space; <see langword="null"/> if they are not
    /// known.
    /// </summary>
    public string? ReadingOptions { get; init; }

    /// <summary>The map of the question set's columns, as JSON; <see langword="null"/> if there is none, or it is not known.</summary>
    public string? Map { get; init; }
}
