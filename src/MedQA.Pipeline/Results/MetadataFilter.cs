using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace MedQA.Pipeline.Results;

/// <summary>Which values of metadata questions must have, all of them: <c>difficulty:hard</c>.</summary>
public sealed class MetadataFilter : IEquatable<MetadataFilter>
{
    /// <summary>The longest text of a filter, in characters.</summary>
    public const int MaxLength = 1_000;

    private MetadataFilter(ImmutableArray<KeyValuePair<string, string>> values) => Values = values;

    /// <summary>The names with their values, ordered by name.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Values { get; }

    /// <summary>
    /// Reads a filter: <c>difficulty:hard</c>, or a JSON object such as <c>{"difficulty": "hard", "year": "2019"}</c>, which can have
    /// several names, and names with colons.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="filter">The filter, if it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MetadataFilter? filter)
    {
        ArgumentNullException.ThrowIfNull(text);
        filter = null;
        if (text.AsSpan().TrimStart() is not ['{', ..])
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            filter = colon < 0 || string.IsNullOrWhiteSpace(text[..colon]) || string.IsNullOrWhiteSpace(text[(colon + 1)..])
                ? null
                : new MetadataFilter([KeyValuePair.Create(text[..colon].Trim(), text[(colon + 1)..].Trim())]);
            return filter is not null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.String
                    || !values.TryAdd(property.Name.Trim(), property.Value.GetString()!.Trim()))
                {
                    return false;
                }
            }

            filter = values.Count == 0 || values.Values.Any(static value => value.Length == 0) ? null : new MetadataFilter([.. values]);
            return filter is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(MetadataFilter? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetadataFilter);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The names and values with their lengths: different filters have different texts.</summary>
    public override string ToString() =>
        string.Concat(Values.Select(static pair => $"{pair.Key.Length}:{pair.Key}{pair.Value.Length}:{pair.Value}"));

    /// <summary>Whether a question with some metadata passes. Names must be the same; of values, case does not count.</summary>
    /// <param name="metadata">The metadata; <see langword="null"/> if it has none.</param>
    internal bool Passes(IReadOnlyDictionary<string, string>? metadata) =>
        Values.All(wanted => metadata?.TryGetValue(wanted.Key, out var value) == true
            && string.Equals(value, wanted.Value, StringComparison.OrdinalIgnoreCase));
}
