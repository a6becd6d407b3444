using MedQA.Datasets.Answers;

namespace MedQA.Datasets.Sources;

/// <summary>One record as a format's reader found it, before anything is checked that all formats share.</summary>
internal sealed record SourceRecord
{
    /// <summary>The line (from 1) on which the record starts.</summary>
    public required int Line { get; init; }

    /// <summary>The record's number in the file, from 1; blank lines do not count.</summary>
    public required int Number { get; init; }

    public string? Id { get; init; }

    public string? Dataset { get; init; }

    public string? Topic { get; init; }

    public string? Context { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    public IReadOnlyList<GoldClaim> Gold { get; init; } = [];

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Whether a record without options is a question with a free answer here, rather than one of which the options are missing.</summary>
    public bool MayBeFree { get; init; }

    /// <summary>What the format's reader found wrong with the record, or <see langword="null"/>.</summary>
    public string? Problem { get; init; }
}
