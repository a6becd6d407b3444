using System.Collections.Immutable;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Reporting;

/// <summary>What a question set says of its questions besides.</summary>
/// <param name="Name">The metadata's name.</param>
/// <param name="Questions">How many questions have a value.</param>
/// <param name="Values">How many different values there are, counted up to one more than <see cref="MetadataSlices.MaxValues"/>.</param>
public sealed record MetadataName(string Name, int Questions, int Values);

/// <summary>Finds the names of a question set's metadata.</summary>
public sealed class MetadataNames
{
    /// <summary>What precedes a column's name where it is metadata whatever it is called.</summary>
    public const string Mark = "meta:";

    private readonly OrderedDictionary<string, (int Questions, HashSet<string> Values)> _names = new(StringComparer.Ordinal);

    /// <summary>Counts a question.</summary>
    public void Add(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        foreach (var (name, value) in question.Metadata ?? ImmutableDictionary<string, string>.Empty)
        {
            var (questions, values) = _names.GetValueOrDefault(name, (0, []));
            if (values.Count <= MetadataSlices.MaxValues)
            {
                values.Add(KeyOf(value));
            }

            _names[name] = (questions + 1, values);
        }
    }

    /// <summary>Returns the names, in the order in which the questions have them.</summary>
    public ImmutableArray<MetadataName> Build() =>
        [.. _names.Select(static name => new MetadataName(name.Key, name.Value.Questions, name.Value.Values.Count))];

    /// <summary>Returns a text on one line: each white space in it is one space, and none is at its ends.</summary>
    public static string OneLine(string? text) =>
        string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Returns a value on one line in the composed form, without what takes no width: values that look alike are one.</summary>
    public static string ValueOf(string? text) => OneLine(
        text?.Normalize().Replace("\u200B", "", StringComparison.Ordinal).Replace("\u00AD", "", StringComparison.Ordinal));

    /// <summary>Returns what values that differ in case, spaces or what takes no width have in common: such values are one.</summary>
    public static string KeyOf(string? text) => ValueOf(text).ToUpperInvariant();

    /// <summary>
    /// Returns the names that may be meant: the one that is written alike, else those that differ in case, spaces and punctuation only.
    /// </summary>
    /// <param name="known">The names that there are.</param>
    /// <param name="name">The name as somebody wrote it.</param>
    public static IReadOnlyList<string> Matching(IReadOnlyList<string> known, string name)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(name);
        return known.Contains(name) ? [name]
            : Plain(name) is { Length: > 0 } plain ? [.. known.Where(other => Plain(other) == plain)]
            : [];

        static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
    }

    /// <summary>Returns the name that is meant, the only one of <see cref="Matching"/>.</summary>
    /// <param name="known">The names that there are.</param>
    /// <param name="name">The name as somebody wrote it.</param>
    /// <exception cref="InputException">There is none, or there are several.</exception>
    public static string Find(IReadOnlyList<string> known, string name)
    {
        ArgumentNullException.ThrowIfNull(known);
        return Matching(known, name) switch
        {
            [var only] => only,
            [] when known.Count == 0 => throw new InputException($"No question has metadata named '{name}': the set has no other columns."),
            [] => throw new InputException($"No question has metadata named '{name}'; the names are {Listed(known)}."),
            var same => throw new InputException($"'{name}' may be {Listed(same)}: write the one that is meant as the question set does."),
        };
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));
}
