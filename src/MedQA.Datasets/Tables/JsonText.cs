using System.Text.Json;

namespace MedQA.Datasets.Tables;

/// <summary>The text of a JSON value.</summary>
internal static class JsonText
{
    /// <summary>
    /// Returns a string's text, a number or truth value as it is written; <see langword="null"/> for null, objects and arrays.
    /// </summary>
    /// <remarks>
    /// A string with half a surrogate pair, which no UTF-8 can hold, gives <see cref="Sources.SourceText.Undecodable"/>: its row is then
    /// rejected.
    /// </remarks>
    public static string? Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return value.GetString();
                }
                catch (InvalidOperationException)
                {
                    return Sources.SourceText.Undecodable.ToString();
                }

            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return value.GetRawText();
            default:
                return null;
        }
    }

    /// <summary>
    /// Returns the first property of an object with a name, or <see langword="null"/>. (TryGetProperty fails where any name is not valid
    /// text.)
    /// </summary>
    public static JsonElement? Member(JsonElement record, string name)
    {
        foreach (var property in record.EnumerateObject())
        {
            if (NameOf(property) == name)
            {
                return property.Value;
            }
        }

        return null;
    }

    /// <summary>Returns the name of a property, under the same rule.</summary>
    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Sources.SourceText.Undecodable.ToString();
        }
    }
}
