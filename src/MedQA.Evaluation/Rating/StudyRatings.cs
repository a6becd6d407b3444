using System.Collections.Immutable;

namespace MedQA.Evaluation.Rating;

/// <summary>The data from which a study's report is computed.</summary>
public sealed record StudyRatings
{
    /// <summary>The study's title, from its authors.</summary>
    public required string Study { get; init; }

    /// <summary>The rubric.</summary>
    public required Rubric Rubric { get; init; }

    /// <summary>The sources.</summary>
    public required ImmutableArray<string> Sources { get; init; }

    /// <summary>What is rated.</summary>
    public required ImmutableArray<RatedUnit> Units { get; init; }

    /// <summary>Ratings that were asked for.</summary>
    public required int Assigned { get; init; }

    /// <summary>The ratings, finished or not.</summary>
    public required ImmutableArray<UnitRating> Ratings { get; init; }

    /// <summary>Whether raters are still at work.</summary>
    public bool IsProvisional { get; init; }

    /// <summary>
    /// Whether order and sides were drawn from the public seed, as earlier versions did: a rater could compute where an answer comes from.
    /// </summary>
    public bool HasComputableBlinding { get; init; }

    /// <summary>The seed of the resamples.</summary>
    public required long Seed { get; init; }
}

/// <summary>An answer to rate, or a pair of answers.</summary>
/// <param name="Question">The place of its question.</param>
/// <param name="First">The place of the answer's source; of a pair the smaller one.</param>
/// <param name="Second">The place of the other source of a pair.</param>
public sealed record RatedUnit(int Question, int First, int? Second = null);

/// <summary>A rater's rating of a unit.</summary>
/// <param name="Rater">The rater.</param>
/// <param name="Unit">The unit's place.</param>
/// <param name="Choices">The choice of each axis that has one; of a pair <c>first</c> means the unit's first source, whichever was shown
/// first.</param>
/// <param name="Skipped">Whether the rater skipped it.</param>
/// <param name="Seconds">Time spent.</param>
/// <param name="At">When.</param>
public sealed record UnitRating(
    string Rater, int Unit, ImmutableSortedDictionary<string, string> Choices, bool Skipped, double Seconds, DateTimeOffset At);
