using System.Collections.Immutable;

namespace MedQA.Evaluation.Profiles;

/// <summary>
/// A worked example (few-shot exemplar): a question with its answer and, for chain of thought, the reasoning that leads there.
/// </summary>
public sealed record Exemplar
{
    /// <summary>Identifies the example within its set.</summary>
    public required string Id { get; init; }

    /// <summary>The question.</summary>
    public required string Text { get; init; }

    /// <summary>Text that the question refers to, or <see langword="null"/>.</summary>
    public string? Context { get; init; }

    /// <summary>The options, or none for a free answer.</summary>
    public ImmutableArray<string> Options { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The index of the right option, or <see langword="null"/> for a free answer.</summary>
    public int? Answer { get; init; }

    /// <summary>The reasoning (or, for a free answer, the answer itself).</summary>
    public string Explanation { get; init; } = "";
}
