using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;

namespace MedQA.Datasets;

/// <summary>
/// Says which columns of a question set hold which part of a question, where their names do not: each is read as if it had a name of that
/// part. Two are equal if they say the same, in whatever order.
/// </summary>
public sealed class ColumnMap : IEquatable<ColumnMap>
{
    /// <summary>The part of columns that are kept beside the question, and are not looked at for options or an answer.</summary>
    public const string Metadata = "metadata";

    /// <summary>The longest map, as <see cref="ToString"/> writes it and percent-encoded: metadata of blobs holds no more.</summary>
    public const int MaxLength = 4_000;

    /// <summary>The parts of columns that are kept beside the question under these names, which reports look for.</summary>
    internal static readonly ImmutableArray<string> NamedMetadata = [CounterfactualPairs.PairName, CounterfactualPairs.GroupName];

    internal const string GoldPart = "gold";

    private static readonly string[] Fixed =
    [
        "question", "context", "id", "dataset", "topic", "options", GoldPart, "answer_letter", "answer_from_0", "answer_from_1",
        "answer_text", "reference_answers",
    ];

    private ColumnMap(ImmutableArray<(string Part, string Column)> entries) => Entries = entries;

    /// <summary>The parts that a column can be mapped to, in order.</summary>
    public static ImmutableArray<string> Parts { get; } =
    [
        .. Fixed,
        .. Enumerable.Range(0, OptionLetter.MaxOptions).Select(static index => $"option_{char.ToLowerInvariant(OptionLetter.Of(index))}"),
        .. NamedMetadata,
        Metadata,
    ];

    /// <summary>The columns with their parts, ordered by part and column.</summary>
    public ImmutableArray<(string Part, string Column)> Entries { get; }

    /// <summary>
    /// Reads a map: <c>gold=right_letter,option_a=op1</c>, or a JSON object such as
    /// <c>{"gold": "right_letter", "metadata": ["key", "label"]}</c>, which can have any name.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="map">The map, if it is one.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence that begins with its name; empty if nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ColumnMap? map, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        map = null;
        if (text.Length > MaxLength)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"has {text.Length} characters; {MaxLength} are allowed");
            return false;
        }

        var entries = new List<(string Part, string Column)>();
        fault = text.AsSpan().TrimStart() is ['{', ..] ? ReadObject(text, entries) : ReadPairs(text, entries);
        fault = fault.Length > 0 ? fault : FaultOf(entries);
        if (fault.Length > 0)
        {
            return false;
        }

        map = new ColumnMap(
            [.. entries.OrderBy(static entry => Parts.IndexOf(entry.Part)).ThenBy(static entry => entry.Column, StringComparer.Ordinal)]);
        if (Uri.EscapeDataString(map.ToString()).Length > MaxLength)
        {
            (map, fault) = (null, "is too long: map fewer columns, or give them shorter names");
        }

        return map is not null;
    }

    /// <inheritdoc/>
    public bool Equals(ColumnMap? other) => other is not null && Entries.SequenceEqual(other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ColumnMap);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The map as a JSON object on one line, which <see cref="TryParse"/> reads; the same for equal maps.</summary>
    public override string ToString()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (part, column) in Entries.Where(static entry => entry.Part != Metadata))
            {
                json.WriteString(part, column);
            }

            if (Entries.Any(static entry => entry.Part == Metadata))
            {
                json.WriteStartArray(Metadata);
                foreach (var (_, column) in Entries.Where(static entry => entry.Part == Metadata))
                {
                    json.WriteStringValue(column);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string ReadPairs(string text, List<(string Part, string Column)> entries)
    {
        foreach (var pair in text.Split(','))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                return $"has '{Excerpt.Of(pair)}', which must be PART=COLUMN; names with a comma can be mapped in a JSON object only";
            }

            entries.Add((pair[..equals].Trim(), pair[(equals + 1)..].Trim()));
        }

        return "";
    }

    private static string ReadObject(string text, List<(string Part, string Column)> entries)
    {
        try
        {
            using var document = JsonDocument.Parse(
                text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                var isList = property.Value.ValueKind == JsonValueKind.Array;
                foreach (var value in isList ? property.Value.EnumerateArray().ToList() : [property.Value])
                {
                    if (value.ValueKind != JsonValueKind.String)
                    {
                        return $"must give a column's name as a text for '{Excerpt.Of(property.Name)}'"
                            + (property.Name == Metadata ? ", or a list of such names" : "");
                    }

                    entries.Add((property.Name, value.GetString()!.Trim()));
                }
            }

            return "";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return "is not valid JSON";
        }
    }

    private static string FaultOf(List<(string Part, string Column)> entries)
    {
        var parts = new HashSet<string>(StringComparer.Ordinal);
        var columns = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (part, column) in entries)
        {
            if (!Parts.Contains(part))
            {
                return $"names the part '{Excerpt.Of(part)}'; the parts are {string.Join(", ", Fixed)}, option_a to option_z, "
                    + $"{string.Join(", ", NamedMetadata)} and {Metadata}";
            }

            if (column.Length == 0 || column.Any(static letter => letter is '\0' or '\uFFFD'))
            {
                return $"gives no column for '{part}'";
            }

            if (part != Metadata && !parts.Add(part))
            {
                return $"names the part '{part}' twice";
            }

            if (!columns.Add(column))
            {
                return $"names the column '{Excerpt.Of(column)}' twice";
            }
        }

        return entries.Count == 0 ? "is empty" : "";
    }
}
