using System.Collections.Immutable;

namespace MedQA.Evaluation.Rating;

/// <summary>The axes and choices for rating each answer: one JSON file (docs/human-evaluation.md describes it).</summary>
public sealed record Rubric
{
    /// <summary>Its name: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Its title, for people.</summary>
    public required string Title { get; init; }

    /// <summary>What it is and where it comes from.</summary>
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Whether two answers to one question are shown and compared. Each axis then has the choices <c>first</c> and <c>second</c>, for the
    /// answer that is shown first or second, and may have others, such as a tie.
    /// </summary>
    public bool Compares { get; init; }

    /// <summary>The axes, in the order in which they are asked.</summary>
    public required ImmutableArray<RubricAxis> Axes { get; init; }
}

/// <summary>One aspect of an answer to rate.</summary>
public sealed record RubricAxis
{
    /// <summary>Its name for programs: lower-case letters, digits and hyphens.</summary>
    public required string Id { get; init; }

    /// <summary>Its name on the rater's page.</summary>
    public required string Title { get; init; }

    /// <summary>What it means, for raters.</summary>
    public required string Definition { get; init; }

    /// <summary>The choices, in order: 2 to 9.</summary>
    public required ImmutableArray<RubricChoice> Choices { get; init; }

    /// <summary>The choices that speak for the answer: their share is the axis's figure where sources are compared.</summary>
    public required ImmutableArray<string> Favourable { get; init; }

    /// <summary>Whether the choices are steps of one scale, so that neighbours disagree less than the ends do.</summary>
    public bool Ordered { get; init; }
}

/// <summary>A choice on an axis.</summary>
/// <param name="Id">Its name for programs: lower-case letters, digits and hyphens.</param>
/// <param name="Label">Its name on the rater's page.</param>
/// <param name="Definition">When to choose it; <see langword="null"/> if the label says it all.</param>
public sealed record RubricChoice(string Id, string Label, string? Definition = null);
