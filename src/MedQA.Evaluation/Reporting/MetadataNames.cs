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
                values.Add(value);
            }

            _names[name] = (questions + 1, values);
        }
    }

    /// <summary>Returns the names, in the order in which the questions have them.</summary>
    public ImmutableArray<MetadataName> Build() =>
        [.. _names.Select(static name => new MetadataName(name.Key, name.Value.Questions, name.Value.Values.Count))];

    /// <summary>Returns the name that is meant: the one that is written alike, or the only one that differs in case.</summary>
    /// <param name="known">The names that there are.</param>
    /// <param name="name">The name as somebody wrote it.</param>
    /// <exception cref="InputException">There is none, or there are several.</exception>
    public static string Find(IReadOnlyList<string> known, string name)
    {
        ArgumentNullException.ThrowIfNull(known);
        var same = known.Contains(name) ? [name] : known.Where(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return same switch
        {
            [var only] => only,
            [] when known.Count == 0 => throw new InputException($"No question has metadata named '{name}': the set has no other columns."),
            [] => throw new InputException($"No question has metadata named '{name}'; the names are {Listed(known)}."),
            _ => throw new InputException($"'{name}' may be {Listed(same)}: write the one that is meant as the question set does."),
        };
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));
}
