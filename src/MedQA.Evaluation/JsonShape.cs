using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace MedQA.Evaluation;

/// <summary>What is wrong with a JSON value, in words for its author.</summary>
/// <param name="Path">The field at fault, such as <c>strata[1].questions</c>; empty for the whole.</param>
/// <param name="Problem">What is wrong with it, as the rest of a sentence.</param>
public sealed record JsonFault(string Path, string Problem)
{
    /// <summary>Returns the sentence.</summary>
    /// <param name="whole">The name of the whole value: <c>The body</c>.</param>
    public string Sentence(string whole) => Path.Length == 0 ? $"{whole} {Problem}" : $"{whole}: '{Path}' {Problem}";
}

/// <summary>
/// Compares JSON written by people with the type it is read as: the serializer's own messages name .NET types, and mean nothing to
/// them.
/// </summary>
public static class JsonShape
{
    private const int MaxNameLength = 60;

    /// <summary>
    /// Returns the first field that is unknown, missing, given twice or of another kind than the type's; a value of the right kind can be
    /// wrong still.
    /// </summary>
    /// <param name="value">The JSON.</param>
    /// <param name="shape">The type that it is read as.</param>
    /// <returns><see langword="null"/> if it can be read.</returns>
    public static JsonFault? FaultOf(JsonElement value, JsonTypeInfo shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return value.ValueKind == JsonValueKind.Null ? Other("", KindOf(shape), value) : FaultOf(value, shape, "");
    }

    /// <summary>Returns where a text stops being JSON, as the end of a sentence.</summary>
    public static string PlaceOf(JsonException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return string.Create(
            CultureInfo.InvariantCulture, $"see line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}");
    }

    private static JsonFault? FaultOf(JsonElement value, JsonTypeInfo shape, string path)
    {
        var optional = Nullable.GetUnderlyingType(shape.Type);
        if (value.ValueKind == JsonValueKind.Null && (optional is not null || !shape.Type.IsValueType || shape.Type == typeof(JsonElement)))
        {
            return null;
        }

        var meant = optional is null ? shape : shape.Options.GetTypeInfo(optional);
        return meant.Kind switch
        {
            JsonTypeInfoKind.Object =>
                value.ValueKind == JsonValueKind.Object ? FaultOfFields(value, meant, path) : Other(path, KindOf(meant), value),
            JsonTypeInfoKind.Enumerable =>
                value.ValueKind == JsonValueKind.Array
                    ? FaultOfEntries(value, meant.Options.GetTypeInfo(meant.ElementType!), path)
                    : Other(path, KindOf(meant), value),
            _ when meant.Type == typeof(JsonElement) => FaultOfFree(value, path),
            _ => FaultOfOne(value, meant, path),
        };
    }

    private static JsonFault? FaultOfFields(JsonElement value, JsonTypeInfo shape, string path)
    {
        var known = shape.Properties.Where(static property => property.Set is not null || property.AssociatedParameter is not null)
            .ToDictionary(static property => property.Name, StringComparer.Ordinal);
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            if (NameOf(field) is not { } name)
            {
                return BadText(path);
            }

            var at = Within(path, name);
            if (!known.TryGetValue(name, out var property))
            {
                var meant = ClosestName.Of(name, known.Keys) is { } closest ? $" (did you mean '{closest}'?)" : "";
                return new JsonFault(at, $"is an unknown field{meant}. There are: {string.Join(", ", known.Keys)}.");
            }

            if (!given.Add(name))
            {
                return new JsonFault(at, "is given twice.");
            }

            if (FaultOf(field.Value, shape.Options.GetTypeInfo(property.PropertyType), at) is { } fault)
            {
                return fault;
            }
        }

        return known.Values.FirstOrDefault(property => property.IsRequired && !given.Contains(property.Name)) is { } missing
            ? new JsonFault(
                Within(path, missing.Name), $"is missing: it must be {KindOf(shape.Options.GetTypeInfo(missing.PropertyType))}.")
            : null;
    }

    private static JsonFault? FaultOfEntries(JsonElement value, JsonTypeInfo shape, string path)
    {
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            if (FaultOf(entry, shape, Within(path, index)) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>
    /// Values read later are checked only for what no reader accepts: invalid texts and duplicate fields.
    /// </summary>
    private static JsonFault? FaultOfFree(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var given = new HashSet<string>(StringComparer.Ordinal);
                foreach (var field in value.EnumerateObject())
                {
                    var fault = NameOf(field) is not { } name ? BadText(path)
                        : !given.Add(name) ? new JsonFault(Within(path, name), "is given twice.")
                        : FaultOfFree(field.Value, Within(path, name));
                    if (fault is not null)
                    {
                        return fault;
                    }
                }

                return null;
            case JsonValueKind.Array:
                return value.EnumerateArray()
                    .Index()
                    .Select(entry => FaultOfFree(entry.Item, Within(path, entry.Index)))
                    .FirstOrDefault(static fault => fault is not null);
            case JsonValueKind.String:
                return IsText(value) ? null : BadText(path);
            default:
                return null;
        }
    }

    private static JsonFault? FaultOfOne(JsonElement value, JsonTypeInfo shape, string path)
    {
        if (shape.Type == typeof(string))
        {
            return value.ValueKind == JsonValueKind.String && IsText(value) ? null : Other(path, KindOf(shape), value);
        }

        if (value.ValueKind == JsonValueKind.String && !IsText(value))
        {
            return BadText(path);
        }

        try
        {
            value.Deserialize(shape);
            return null;
        }
        catch (JsonException)
        {
            return Other(path, KindOf(shape), value);
        }
    }

    private static JsonFault Other(string path, string kind, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && !IsText(value)
            ? BadText(path)
            : new JsonFault(path, $"must be {kind}, and is {Shown(value)}.");

    private static JsonFault BadText(string path) => new(path, "holds a text that is not valid Unicode; send UTF-8.");

    private static string KindOf(JsonTypeInfo shape)
    {
        var type = Nullable.GetUnderlyingType(shape.Type) ?? shape.Type;
        return type == typeof(string) ? "a text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) ? string.Create(CultureInfo.InvariantCulture, $"a whole number up to {int.MaxValue:#,0}")
            : type == typeof(long) ? "a whole number"
            : type == typeof(double) || type == typeof(decimal) ? "a number"
            : type == typeof(DateTimeOffset) ? "a date with a time, such as \"2026-01-31T12:00:00Z\""
            : type == typeof(JsonElement) ? "a value"
            : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
            : shape.Options.GetTypeInfo(type).Kind switch
            {
                JsonTypeInfoKind.Object => "an object",
                JsonTypeInfoKind.Enumerable => "a list",
                _ => throw new NotSupportedException($"{type} has no name in words."),
            };
    }

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => value.GetString() is { Length: <= MaxNameLength } text ? $"the text \"{text}\"" : "a long text",
        JsonValueKind.Number => value.GetRawText() is { Length: <= MaxNameLength } number ? $"the number {number}" : "a long number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Within(string path, string name)
    {
        var shown = name.Length <= MaxNameLength ? name : string.Concat(name.AsSpan(0, MaxNameLength), "…");
        return path.Length == 0 ? shown : $"{path}.{shown}";
    }

    private static string Within(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private static string? NameOf(JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The parser finds bytes and escapes that are not text only where the text is taken out; most texts need not be.</summary>
    private static bool IsText(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text);
        if (!Utf8.IsValid(raw))
        {
            return false;
        }

        if (raw.IndexOf("\\u"u8) < 0)
        {
            return true;
        }

        try
        {
            return text.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
