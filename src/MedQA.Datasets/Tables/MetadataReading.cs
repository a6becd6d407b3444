using System.Collections.Frozen;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Reporting;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Decides what is kept of the columns that are no part of a question, within limits, and tells what is not kept. One reading of a file
/// uses one of these.
/// </summary>
internal sealed class MetadataReading
{
    /// <summary>The most names that are kept of a file.</summary>
    public const int MaxNames = 32;

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The longest value, in characters.</summary>
    public const int MaxValueLength = 500;

    /// <summary>The most names that a note counts: a file of JSON can have another one in each record.</summary>
    private const int MaxCounted = 1_000;

    /// <summary>
    /// What MedQA and MedMCQA add to each question: the phrases that a tool found in it, and why the answer holds. Neither tells questions
    /// apart, and most are too long.
    /// </summary>
    private static readonly FrozenSet<string> Annotations = ["metamap_phrases", "exp"];

    /// <summary>Joiners of scripts and pictures are part of their words.</summary>
    private static readonly Rune[] Joiners = [new(0x200C), new(0x200D)];

    private readonly List<string> _names = [];
    private readonly HashSet<string> _beyond = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unusable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _twice = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _long = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Returns whether a column's name says that it is metadata, whatever it is called: <c>meta:answer</c>.</summary>
    public static bool IsMarked(string name) =>
        name.AsSpan().TrimStart(" \uFEFF") is var bare && bare.StartsWith(MetadataNames.Mark, StringComparison.OrdinalIgnoreCase)
        && !bare[MetadataNames.Mark.Length..].IsWhiteSpace();

    /// <summary>Returns the marked name of a column that keeps its name when it is read again.</summary>
    public static string Marked(string name) => MetadataNames.Mark + name;

    /// <summary>Returns the name under which a column is kept: its own on one line, without the mark; empty if it has none.</summary>
    public static string NameOf(string name)
    {
        var own = IsMarked(name) ? name.AsSpan().TrimStart(" \uFEFF")[MetadataNames.Mark.Length..] : name.AsSpan().TrimStart("\uFEFF");
        return MetadataNames.OneLine(own.ToString());
    }

    /// <summary>Returns what is kept of a record's fields; <see langword="null"/> if nothing is.</summary>
    public IReadOnlyDictionary<string, string>? Of(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        if (fields.Count == 0)
        {
            return null;
        }

        OrderedDictionary<string, string>? kept = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, field) in fields)
        {
            // Also of a row in which the first of two is blank, the second is not kept: a name is of one column.
            var isFirst = seen.Add(name);
            if (string.IsNullOrWhiteSpace(field) || Annotations.Contains(name))
            {
                continue;
            }

            if (name.Length > MaxNameLength || !name.EnumerateRunes().All(IsOfName) || name.Contains(SourceText.Undecodable))
            {
                Count(_unusable, name);
            }
            else if (!isFirst)
            {
                Count(_twice, name);
            }
            else if (!_names.Contains(name) && _names.Count == MaxNames)
            {
                Count(_beyond, name);
            }
            else
            {
                if (!_names.Contains(name))
                {
                    _names.Add(name);
                }

                var value = field.Trim();
                if (value.Length > MaxValueLength)
                {
                    _long[name] = _long.GetValueOrDefault(name) + 1;
                }
                else if (!value.EnumerateRunes().All(IsOfValue) || value.Contains(SourceText.Undecodable))
                {
                    _unreadable[name] = _unreadable.GetValueOrDefault(name) + 1;
                }
                else
                {
                    (kept ??= []).Add(name, value);
                }
            }
        }

        return kept is null ? null : new ReadOnlyDictionary<string, string>(kept);
    }

    /// <summary>Returns what was not kept, a sentence each.</summary>
    public IEnumerable<string> Sentences()
    {
        if (_long.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Values of metadata are kept up to {MaxValueLength} characters; longer ones are left out: {Counted(_long)}.");
        }

        if (_unreadable.Count > 0)
        {
            yield return "Values of metadata with control characters, also those that turn the direction of a text, or that are not text, "
                + $"are left out: {Counted(_unreadable)}.";
        }

        if (_beyond.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The first {MaxNames} columns of metadata are kept; the others are left out: {Listed(_beyond)}.");
        }

        if (_unusable.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Names of metadata have up to {MaxNameLength} characters, and none that are not shown; columns with others are left out: ")
                + $"{Listed(_unusable)}.";
        }

        if (_twice.Count > 0)
        {
            yield return $"Several columns have one name; only the first is kept: {Listed(_twice)}.";
        }
    }

    /// <summary>Returns whether a character may be in a name: none that is not shown, or turns the direction of what follows.</summary>
    private static bool IsOfName(Rune letter) =>
        Joiners.Contains(letter)
        || (IsOfValue(letter) && Rune.GetUnicodeCategory(letter) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator));

    private static bool IsOfValue(Rune letter) =>
        letter != Rune.ReplacementChar && (!Rune.IsControl(letter) || letter.Value is '\n' or '\r' or '\t')
        && letter.Value is not ((>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));

    private static void Count(HashSet<string> names, string name)
    {
        if (names.Count <= MaxCounted)
        {
            names.Add(name);
        }
    }

    private static string Listed(HashSet<string> names)
    {
        var shown = string.Join(", ", names.Order(StringComparer.Ordinal).Take(8).Select(static name => $"'{Excerpt.Of(name)}'"));
        return names.Count > MaxCounted ? $"{shown} and more than {MaxCounted - 8} others"
            : names.Count > 8 ? $"{shown} and {names.Count - 8} more"
            : shown;
    }

    private static string Counted(Dictionary<string, int> names) =>
        string.Join(", ", names.Take(8).Select(static name => $"'{Excerpt.Of(name.Key)}' in {Rows(name.Value)}"))
            + (names.Count > 8 ? $" and {names.Count - 8} more" : "");

    private static string Rows(int count) => count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count} rows");
}
