using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.Questions;

/// <summary>One question of a question set, as every reader delivers it and every batch stores it.</summary>
public sealed record Question
{
    /// <summary>Identifies the question within its data set; unique there. Part of the key of its random streams.</summary>
    public required string Id { get; init; }

    /// <summary>The data set that the question belongs to, for example <c>medqa_us_test_4opt</c>; a slice of the report.</summary>
    public required string Dataset { get; init; }

    /// <summary>The topic within the data set, or <see langword="null"/>; a slice of the report.</summary>
    public string? Topic { get; init; }

    /// <summary>Text that the question refers to (an abstract, a vignette), or <see langword="null"/>.</summary>
    public string? Context { get; init; }

    /// <summary>The question itself. Never empty.</summary>
    public required string Text { get; init; }

    /// <summary>The options in the order of the file: 2 to 26, or none for a question with a free answer.</summary>
    public ImmutableArray<string> Options { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>The index of the right option, or <see langword="null"/> if the label is hidden or the answer is free.</summary>
    public int? Gold { get; init; }

    /// <summary>
    /// Whether several options can be right and the answer is all of them. So of all questions of a set or of none: <see cref="Gold"/>
    /// is then <see langword="null"/>, also where one option alone is right.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SeveralRight { get; init; }

    /// <summary>
    /// The right options where <see cref="SeveralRight"/> is set, at least one; <see langword="null"/> elsewhere, and if the label is
    /// hidden.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionSet? GoldSet { get; init; }

    /// <summary>The right option as a set of one, or the right ones; <see langword="null"/> if they are not known.</summary>
    [JsonIgnore]
    public OptionSet? RightOptions => SeveralRight ? GoldSet : Gold is { } gold ? OptionSet.Of(gold) : null;

    /// <summary>Reference answers of a question with a free answer; empty for options.</summary>
    public ImmutableArray<string> ReferenceAnswers { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>
    /// What the file says of the question besides, as its difficulty or its year: the texts of its other columns by their names, in the
    /// order of the columns; <see langword="null"/> if there are none. No part of the prompt, of the fingerprint or of what makes two
    /// questions the same.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init => field = value is { Count: 0 } ? null : value; }
}
