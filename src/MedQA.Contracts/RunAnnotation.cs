using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>What people write about a run: a name, tags and a note. It changes nothing about the run's answers and scores.</summary>
public sealed record RunAnnotation
{
    /// <summary>The maximum length of a name.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The maximum number of tags.</summary>
    public const int MaxTags = 20;

    /// <summary>The maximum length of a tag.</summary>
    public const int MaxTagLength = 50;

    /// <summary>The maximum length of a note.</summary>
    public const int MaxNoteLength = 2000;

    /// <summary>A name for the run, at most 100 characters; missing if it has none, and lists show its question set's name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>
    /// Words by which runs are grouped and found: at most 20, each of at most 50 characters, without commas; missing if there are none.
    /// </summary>
    public ImmutableArray<string>? Tags { get; init; }

    /// <summary>A note, at most 2,000 characters, with line breaks; missing if there is none.</summary>
    public string? Note { get; init; }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(RunAnnotation? other) =>
        other is not null && DisplayName == other.DisplayName && Note == other.Note && (Tags ?? []).SequenceEqual(other.Tags ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DisplayName, Note, Tags?.Length ?? 0);
}
