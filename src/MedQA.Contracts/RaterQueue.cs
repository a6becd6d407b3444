using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>
/// What a rater sees: the rubric and the queue. It reveals neither the sources of answers, nor others' ratings, nor other studies.
/// </summary>
public sealed record RaterQueue
{
    /// <summary>The study's title.</summary>
    public required string Title { get; init; }

    /// <summary>What to read before rating; paragraphs are separated by empty lines.</summary>
    public required string Instructions { get; init; }

    /// <summary>What to agree to before rating.</summary>
    public required string Consent { get; init; }

    /// <summary>The rater's state.</summary>
    public required RaterState State { get; init; }

    /// <summary>The service's clock, which orders clicks.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What to rate each answer on.</summary>
    public required RaterRubric Rubric { get; init; }

    /// <summary>The queue, in the rater's own order; empty unless the rater is rating.</summary>
    public required ImmutableArray<QueuedAnswer> Answers { get; init; }

    /// <summary>The length of the queue.</summary>
    public required int Count { get; init; }
}

/// <summary>What to rate each answer on.</summary>
/// <param name="Answers">The number of answers shown at once: 1, or 2 to compare.</param>
/// <param name="Axes">The axes, in order.</param>
public sealed record RaterRubric(int Answers, ImmutableArray<RaterAxis> Axes);

/// <summary>An axis to rate an answer on.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Title">The question asked.</param>
/// <param name="Definition">What it means.</param>
/// <param name="Choices">The choices, in order.</param>
public sealed record RaterAxis(string Id, string Title, string Definition, ImmutableArray<RaterChoice> Choices);

/// <summary>A choice on an axis.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Label">Its label.</param>
/// <param name="Definition">What it means, if defined.</param>
public sealed record RaterChoice(string Id, string Label, string? Definition);

/// <summary>An entry of a rater's queue.</summary>
/// <param name="Place">Its position, from 0.</param>
/// <param name="Context">Text that the question refers to.</param>
/// <param name="Question">The question.</param>
/// <param name="Answers">The answer, or two to compare.</param>
/// <param name="Marks">The latest click on each axis, the comment and the skip.</param>
public sealed record QueuedAnswer(
    int Place, string? Context, string Question, ImmutableArray<string> Answers, ImmutableArray<RaterClick> Marks);

/// <summary>A click of a rater.</summary>
public record RaterClick
{
    /// <summary>
    /// Identifies the click: 16 random lowercase hexadecimal digits. A click that is sent again with the same id and time is stored once.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// When it was made, by the service's clock. Of two clicks on the same axis, comment or skip, the later counts, whatever
    /// their order of arrival.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The position in the rater's queue, from 0.</summary>
    public required int Place { get; init; }

    /// <summary>What it changes.</summary>
    public required ClickKind Kind { get; init; }

    /// <summary>The axis of a choice.</summary>
    public string? Axis { get; init; }

    /// <summary>The choice; missing to clear it.</summary>
    public string? Choice { get; init; }

    /// <summary>The text of a comment; empty or missing to clear it.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the answer is skipped from now on.</summary>
    public bool Skipped { get; init; }

    /// <summary>Seconds spent on this answer since the previous click.</summary>
    public double Seconds { get; init; }
}

/// <summary>Clicks of a rater, 1 to 99.</summary>
/// <param name="Clicks">The clicks.</param>
public sealed record RaterClicks(ImmutableArray<RaterClick> Clicks);

/// <summary>A rater's state after a request.</summary>
/// <param name="State">The state.</param>
/// <param name="Now">The service's clock.</param>
public sealed record RaterProgress(RaterState State, DateTimeOffset Now);

/// <summary>The state of a rater.</summary>
public enum RaterState
{
    /// <summary>Has a link but has not agreed to take part.</summary>
    Invited,

    /// <summary>Has agreed and is rating.</summary>
    Rating,

    /// <summary>Has submitted; the ratings can no longer change.</summary>
    Submitted,

    /// <summary>Has stopped taking part; the ratings count. The rater can still withdraw.</summary>
    Stopped,

    /// <summary>
    /// Has stopped taking part and had the ratings deleted. This state is final: whatever is left of the ratings does not count and is
    /// being deleted.
    /// </summary>
    Withdrawn,
}

/// <summary>What a click changed.</summary>
public enum ClickKind
{
    /// <summary>The choice on an axis; a missing one clears it.</summary>
    Choice,

    /// <summary>The comment; an empty one clears it.</summary>
    Comment,

    /// <summary>The answer was skipped, or the skip undone.</summary>
    Skip,

    /// <summary>Nothing; it only adds time.</summary>
    Time,
}
