using System.Collections.Immutable;
using MedQA.Pipeline.Studies;

namespace MedQA.Web.Contracts;

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

    /// <summary>A study as lists have it.</summary>
    public static StudyResource Of(StudyManifest study) => Plain(study ?? throw new ArgumentNullException(nameof(study)));

    /// <summary>A study with how far each rater is.</summary>
    public static StudyResource Of(Study study, IReadOnlyList<RaterRatings> ratings)
    {
        ArgumentNullException.ThrowIfNull(study);
        return Plain(study.Manifest) with
        {
            Raters = [.. study.Manifest.Raters.Select(
                invited => RaterResource.Of(study, invited, ratings.FirstOrDefault(rating => rating.Rater.Name == invited.Rater)))]
        };
    }

    /// <summary>A study that was made just now, with the raters' links.</summary>
    public static StudyResource Of(Study study, IReadOnlyList<RaterLink> links)
    {
        var made = Of(study, [.. links.Select(static link => RaterRatings.None(link.Rater))]);
        return made with
        {
            Raters = [.. made.Raters!.Value.Zip(links, static (rater, link) => rater with { Link = RaterResource.PathOf(link) })]
        };
    }

    private static StudyResource Plain(StudyManifest study) => new()
    {
        Study = study.Study,
        Name = study.Name,
        Title = study.Title,
        Created = study.Created,
        Rubric = study.Rubric.Name,
        Axes = study.Rubric.Axes.Length,
        Sources = study.Sources,
        Strata = study.Strata,
        Seed = study.Seed,
        RatersPerAnswer = study.RatersPerAnswer,
        Pilot = study.Pilot,
        Questions = study.Questions,
        Answers = study.Answers,
        Notes = study.Notes,
    };
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

    /// <summary>A rater.</summary>
    /// <param name="study">The study.</param>
    /// <param name="invited">The rater as invited.</param>
    /// <param name="ratings">What the rater clicked; <see langword="null"/> once the rater is deleted.</param>
    public static RaterResource Of(Study study, InvitedRater invited, RaterRatings? ratings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(invited);
        var (axes, answers) = (study.Manifest.Rubric.Axes.Length, ratings?.Answers.Values ?? []);
        return new RaterResource
        {
            Rater = invited.Rater,
            Label = invited.Label,
            State = ratings?.Rater.State,
            Assigned = study.QueueOf(invited.Rater).Length,
            Rated = answers.Count(answer => !answer.Skipped && answer.Choices.Count == axes),
            Begun = answers.Count(answer => !answer.Skipped && answer.Choices.Count > 0 && answer.Choices.Count < axes),
            Skipped = answers.Count(static answer => answer.Skipped),
            Seconds = answers.Sum(static answer => answer.Seconds),
            LastClick = ratings?.Rater.LastClick,
        };
    }

    /// <summary>The path of a link on the service.</summary>
    public static string PathOf(RaterLink link) => $"/rate#{link}";
}

/// <summary>Every study, newest first.</summary>
/// <param name="Studies">The studies.</param>
public sealed record StudyList(ImmutableArray<StudyResource> Studies)
{
    /// <summary>The names of studies that cannot be read now, where there are any; the service's log says why.</summary>
    public ImmutableArray<string>? Unreadable { get; init; }
}
