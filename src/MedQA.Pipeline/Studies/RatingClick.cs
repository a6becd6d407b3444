using System.Collections.Immutable;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// One click of a rater, as it is kept: clicks are added and never changed. Whoever sends one again, because no answer came, adds nothing.
/// </summary>
public sealed record RatingClick : RaterClick
{
    /// <summary>When the service took it.</summary>
    public DateTimeOffset Received { get; init; }
}

/// <summary>A rater's rating of one answer, from the clicks.</summary>
public sealed record RatedAnswer
{
    /// <summary>The place in the rater's queue, from 0.</summary>
    public required int Place { get; init; }

    /// <summary>The choice of each axis that has one.</summary>
    public ImmutableSortedDictionary<string, string> Choices { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>When each of them was made.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> ChosenAt { get; init; } =
        ImmutableSortedDictionary<string, DateTimeOffset>.Empty;

    /// <summary>The comment, or <see langword="null"/>.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the rater skipped it.</summary>
    public bool Skipped { get; init; }

    /// <summary>Seconds that the rater spent on it.</summary>
    public double Seconds { get; init; }

    /// <summary>When the last of the clicks was made.</summary>
    public DateTimeOffset Last { get; init; }

    /// <summary>Combines clicks into ratings, by position in the queue.</summary>
    /// <param name="clicks">The clicks, in any order.</param>
    public static ImmutableSortedDictionary<int, RatedAnswer> Of(IEnumerable<RatingClick> clicks)
    {
        ArgumentNullException.ThrowIfNull(clicks);
        var rated = ImmutableSortedDictionary.CreateBuilder<int, RatedAnswer>();
        foreach (var click in clicks.OrderBy(static click => click.At).ThenBy(static click => click.Id, StringComparer.Ordinal))
        {
            rated[click.Place] =
                (rated.TryGetValue(click.Place, out var before) ? before : new RatedAnswer { Place = click.Place }).With(click);
        }

        return rated.ToImmutable();
    }

    /// <summary>The last click on each of what can be said about each answer: on each axis, the comment, the skip.</summary>
    /// <param name="clicks">The clicks, in any order.</param>
    public static IEnumerable<RatingClick> LatestOf(IEnumerable<RatingClick> clicks) => clicks
        .Where(static click => click.Kind != ClickKind.Time)
        .GroupBy(static click => (click.Place, click.Kind, click.Axis))
        .Select(static same => same.OrderBy(static click => click.At).ThenBy(static click => click.Id, StringComparer.Ordinal).Last());

    private RatedAnswer With(RatingClick click)
    {
        var timed = this with { Seconds = Seconds + click.Seconds, Last = click.At };
        return click.Kind switch
        {
            // Whoever rates a skipped answer has not skipped it.
            ClickKind.Choice when click is { Axis: { } axis, Choice: { } choice } =>
                timed with { Choices = Choices.SetItem(axis, choice), ChosenAt = ChosenAt.SetItem(axis, click.At), Skipped = false },
            ClickKind.Choice when click.Axis is { } axis => timed with { Choices = Choices.Remove(axis), ChosenAt = ChosenAt.Remove(axis) },
            ClickKind.Comment => timed with { Comment = string.IsNullOrWhiteSpace(click.Comment) ? null : click.Comment },
            ClickKind.Skip => timed with { Skipped = click.Skipped },
            _ => timed,
        };
    }
}
