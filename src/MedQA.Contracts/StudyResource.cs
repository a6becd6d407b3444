using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>A study as returned to its organizers.</summary>
public sealed record StudyResource
{
    /// <summary>Its id: 16 characters.</summary>
    public required string Study { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The title shown to raters.</summary>
    public required string Title { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The rubric's name.</summary>
    public required string Rubric { get; init; }

    /// <summary>The number of axes.</summary>
    public required int Axes { get; init; }

    /// <summary>The sources of answers.</summary>
    public required ImmutableArray<StudySource> Sources { get; init; }

    /// <summary>The number of questions drawn per data set.</summary>
    public required ImmutableArray<StudyStratum> Strata { get; init; }

    /// <summary>The seed that decided which questions were drawn.</summary>
    public required long Seed { get; init; }

    /// <summary>The number of raters per answer.</summary>
    public required int RatersPerAnswer { get; init; }

    /// <summary>The number of answers that all raters rate first.</summary>
    public required int Pilot { get; init; }

    /// <summary>The number of questions drawn.</summary>
    public required int Questions { get; init; }

    /// <summary>The number of answers to rate.</summary>
    public required int Answers { get; init; }

    /// <summary>What was left out when it was created, and why.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>The raters and their progress; missing in lists.</summary>
    public ImmutableArray<RaterResource>? Raters { get; init; }
}

/// <summary>A rater as returned to the study's organizers.</summary>
public sealed record RaterResource
{
    /// <summary>The id within the study: <c>r1</c>, <c>r2</c> …</summary>
    public required string Rater { get; init; }

    /// <summary>The rater's name.</summary>
    public required string Label { get; init; }

    /// <summary>The rater's state; missing once the rater is deleted.</summary>
    public RaterState? State { get; init; }

    /// <summary>The number of assigned answers.</summary>
    public required int Assigned { get; init; }

    /// <summary>The number of answers rated on every axis.</summary>
    public int Rated { get; init; }

    /// <summary>The number of answers started but not finished.</summary>
    public int Begun { get; init; }

    /// <summary>The number of skipped answers.</summary>
    public int Skipped { get; init; }

    /// <summary>Seconds spent on the answers.</summary>
    public double Seconds { get; init; }

    /// <summary>The time of the last click.</summary>
    public DateTimeOffset? LastClick { get; init; }

    /// <summary>
    /// The path of the rater's link, only in the response that created it: only a hash of its secret is stored.
    /// </summary>
    public string? Link { get; init; }
}

/// <summary>Every study, newest first.</summary>
/// <param name="Studies">The studies.</param>
public sealed record StudyList(ImmutableArray<StudyResource> Studies)
{
    /// <summary>The ids of studies that cannot be read, if any; the service's log says why.</summary>
    public ImmutableArray<string>? Unreadable { get; init; }
}

/// <summary>A source of answers.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Run">The run with its answers, or <see langword="null"/> for a file.</param>
/// <param name="Model">The run's model.</param>
/// <param name="File">The name of the file with its answers, or <see langword="null"/> for a run.</param>
public sealed record StudySource(string Name, string? Run, string? Model, string? File);

/// <summary>A number of questions of a data set.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Questions">The number of questions.</param>
public sealed record StudyStratum(string Dataset, int Questions);
