using System.Collections.Immutable;

namespace MedQA.Contracts;

/// <summary>
/// What a rater sees: the rubric and the queue. Nothing in it says where an answer comes from, what others say, or which other studies
/// there are.
/// </summary>
public sealed record RaterQueue
{
    /// <summary>The study's title.</summary>
    public required string Title { get; init; }

    /// <summary>What to read before beginning; paragraphs are separated by empty lines.</summary>
    public required string Instructions { get; init; }

    /// <summary>What to agree to before beginning.</summary>
    public required string Consent { get; init; }

    /// <summary>Where the rater stands.</summary>
    public required RaterState State { get; init; }

    /// <summary>The service's clock: clicks are put in order by it.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The axes and choices for rating each answer.</summary>
    public required RaterRubric Rubric { get; init; }

    /// <summary>The queue, in the rater's own order; empty before the rater has agreed to take part and after an end.</summary>
    public required ImmutableArray<QueuedAnswer> Answers { get; init; }

    /// <summary>How long the queue is.</summary>
    public required int Count { get; init; }
}

/// <summary>The axes and choices for rating each answer.</summary>
/// <param name="Answers">How many answers are shown at once: 1, or 2 that are compared.</param>
/// <param name="Axes">The axes, in order.</param>
public sealed record RaterRubric(int Answers, ImmutableArray<RaterAxis> Axes);

/// <summary>One aspect of an answer to rate.</summary>
/// <param name="Id">Its name for programs.</param>
/// <param name="Title">What is asked.</param>
/// <param name="Definition">What it means.</param>
/// <param name="Choices">The choices, in order.</param>
public sealed record RaterAxis(string Id, string Title, string Definition, ImmutableArray<RaterChoice> Choices);

/// <summary>A choice on an axis.</summary>
/// <param name="Id">Its name for programs.</param>
/// <param name="Label">Its name.</param>
/// <param name="Definition">What it means, where that is said.</param>
public sealed record RaterChoice(string Id, string Label, string? Definition);

/// <summary>A place of a rater's queue.</summary>
/// <param name="Place">Which, from 0.</param>
/// <param name="Context">Text that the question refers to.</param>
/// <param name="Question">The question.</param>
/// <param name="Answers">The answer, or two that are compared.</param>
/// <param name="Marks">The last click on each of what can be said.</param>
public sealed record QueuedAnswer(
    int Place, string? Context, string Question, ImmutableArray<string> Answers, ImmutableArray<RaterClick> Marks);

/// <summary>A click of a rater.</summary>
public record RaterClick
{
    /// <summary>
    /// Names the click: 16 hexadecimal digits, drawn by whoever sends it. A click that is sent again under its id and moment is taken once.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// When it was made, by the service's clock. Of two clicks on the same the later one counts, in whatever order they arrive.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The place in the rater's queue, from 0.</summary>
    public required int Place { get; init; }

    /// <summary>What it changes.</summary>
    public required ClickKind Kind { get; init; }

    /// <summary>The axis of a choice.</summary>
    public string? Axis { get; init; }

    /// <summary>The choice; missing to take it back.</summary>
    public string? Choice { get; init; }

    /// <summary>The text of a comment; empty or missing to take it back.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the answer is skipped from now on.</summary>
    public bool Skipped { get; init; }

    /// <summary>Seconds spent on this answer since the click before.</summary>
    public double Seconds { get; init; }
}

/// <summary>Clicks of a rater, 1 to 99.</summary>
/// <param name="Clicks">The clicks.</param>
public sealed record RaterClicks(ImmutableArray<RaterClick> Clicks);

/// <summary>Where a rater stands.</summary>
/// <param name="State">Where.</param>
/// <param name="Now">The service's clock.</param>
public sealed record RaterProgress(RaterState State, DateTimeOffset Now);

/// <summary>Where a rater stands.</summary>
public enum RaterState
{
    /// <summary>Has a link, and has not agreed to take part.</summary>
    Invited,

    /// <summary>Has agreed, and rates.</summary>
    Rating,

    /// <summary>Has handed everything in: nothing changes any more.</summary>
    Submitted,

    /// <summary>Has stopped taking part; what was rated before counts. May still want it to go.</summary>
    Stopped,

    /// <summary>
    /// Has stopped taking part and wanted what was rated to go. Nothing leads out of this, and nothing brings back what was rated: what is
    /// left of it counts for nothing, and is removed.
    /// </summary>
    Withdrawn,
}

/// <summary>What a click changed.</summary>
public enum ClickKind
{
    /// <summary>The choice of an axis; none takes it back.</summary>
    Choice,

    /// <summary>The comment; an empty one takes it back.</summary>
    Comment,

    /// <summary>The answer was skipped, or is not any more.</summary>
    Skip,

    /// <summary>Nothing: it only adds time.</summary>
    Time,
}
