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

    /// <summary>What judges said, who are no people: no figure of people's ratings has any of it.</summary>
    public ImmutableArray<JudgeVerdicts> Judges { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>The verdicts of a judge: a language model that rates on the study's rubric.</summary>
/// <param name="Judge">The judge's name within the study.</param>
/// <param name="Model">The model.</param>
/// <param name="Samples">Samples of each verdict.</param>
/// <param name="Verdicts">A verdict for each unit and axis that the judge was asked about; of a pair in both orders.</param>
/// <param name="Seed">The seed of the samples, if it is known.</param>
public sealed record JudgeVerdicts(
    string Judge, string Model, int Samples, ImmutableArray<UnitVerdict> Verdicts, long? Seed = null);

/// <summary>A judge's verdict.</summary>
/// <param name="Unit">The unit's place.</param>
/// <param name="Axis">The axis.</param>
/// <param name="Choice">The choice, of a pair as in <see cref="UnitRating"/>; <see langword="null"/> if there is none.</param>
/// <param name="OrdersDiffer">Whether there is none because the judge said something else once the two answers had changed places.</param>
public sealed record UnitVerdict(int Unit, string Axis, string? Choice, bool OrdersDiffer = false);

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
