using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>A study as the HTTP interface shows it to those who make it.</summary>
public sealed record StudyResource
{
    /// <summary>Its name for programs: 16 characters.</summary>
    public required string Study { get; init; }

    /// <summary>What those who made it call it.</summary>
    public required string Name { get; init; }

    /// <summary>What raters see as its title.</summary>
    public required string Title { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The rubric's name.</summary>
    public required string Rubric { get; init; }

    /// <summary>Its axes.</summary>
    public required int Axes { get; init; }

    /// <summary>Where the answers come from.</summary>
    public required ImmutableArray<StudySource> Sources { get; init; }

    /// <summary>How many questions were drawn of each data set.</summary>
    public required ImmutableArray<StudyStratum> Strata { get; init; }

    /// <summary>Decided which questions were drawn.</summary>
    public required long Seed { get; init; }

    /// <summary>How many raters see each answer.</summary>
    public required int RatersPerAnswer { get; init; }

    /// <summary>How many answers every rater sees before the others.</summary>
    public required int Pilot { get; init; }

    /// <summary>Questions that were drawn.</summary>
    public required int Questions { get; init; }

    /// <summary>Answers that are rated.</summary>
    public required int Answers { get; init; }

    /// <summary>What was left out when it was made and why.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>The raters with how far each is; missing in lists.</summary>
    public ImmutableArray<RaterResource>? Raters { get; init; }
}

/// <summary>A rater as those who made the study see one.</summary>
public sealed record RaterResource
{
    /// <summary>The name within the study: <c>r1</c>, <c>r2</c> …</summary>
    public required string Rater { get; init; }

    /// <summary>What those who made the study call this rater.</summary>
    public required string Label { get; init; }

    /// <summary>Where the rater stands; missing once the rater is deleted.</summary>
    public RaterState? State { get; init; }

    /// <summary>How many answers the rater is to rate.</summary>
    public required int Assigned { get; init; }

    /// <summary>How many are rated on every axis.</summary>
    public int Rated { get; init; }

    /// <summary>How many are begun and not finished.</summary>
    public int Begun { get; init; }

    /// <summary>How many were skipped.</summary>
    public int Skipped { get; init; }

    /// <summary>Seconds spent on the answers.</summary>
    public double Seconds { get; init; }

    /// <summary>When the last click came.</summary>
    public DateTimeOffset? LastClick { get; init; }

    /// <summary>
    /// The path of the rater's link on this service, in the answer that made it and in no other: only a hash of its secret is kept.
    /// </summary>
    public string? Link { get; init; }
}

/// <summary>Every study, newest first.</summary>
/// <param name="Studies">The studies.</param>
public sealed record StudyList(ImmutableArray<StudyResource> Studies)
{
    /// <summary>The names of studies that cannot be read now, where there are any; the service's log says why.</summary>
    public ImmutableArray<string>? Unreadable { get; init; }
}

/// <summary>A source of answers.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Run">The run that gave its answers, or <see langword="null"/> for a file.</param>
/// <param name="Model">The run's model.</param>
/// <param name="File">The name of the file that gave its answers, or <see langword="null"/> for a run.</param>
public sealed record StudySource(string Name, string? Run, string? Model, string? File);

/// <summary>A data set, and how many of its questions.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Questions">How many questions of it.</param>
public sealed record StudyStratum(string Dataset, int Questions);
