using System.Text.Json;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Options that stand in one field: a JSON array, a JSON object with letters or numbers as names, or texts between vertical bars.</summary>
internal static class OptionList
{
    /// <summary>Reads a field.</summary>
    /// <param name="field">What stands in it.</param>
    /// <param name="problem">What is wrong with it, or <see langword="null"/>.</param>
    public static IReadOnlyList<string> Parse(string field, out string? problem)
    {
        problem = null;
        var text = field.AsSpan().Trim();
        if (text.IsEmpty)
        {
            return [];
        }

        if (text[0] is not ('[' or '{'))
        {
            return [.. field.Split('|', StringSplitOptions.TrimEntries)];
        }

        try
        {
            using var json = JsonDocument.Parse(text.ToString());
            return Of(json.RootElement, out problem);
        }
        catch (JsonException fault)
        {
            problem = $"The options begin like JSON, but are none ({fault.Message.Split(". ", 2)[0]}).";
            return [];
        }
    }

    /// <summary>Reads options from JSON: an array of texts, an array of {key, value} or {key, text}, an object by letter or number, or an object of the arrays text and label.</summary>
    public static IReadOnlyList<string> Of(JsonElement json, out string? problem)
    {
        problem = null;
        switch (json.ValueKind)
        {
            case JsonValueKind.Array when json.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Object):
                return Keyed([.. json.EnumerateArray().Select(static item => (Member(item, "key", "label", "letter"), Member(item, "value", "text", "option")))], out problem);
            case JsonValueKind.Array:
                var texts = json.EnumerateArray().Select(static item => JsonText.Of(item)).ToList();
                problem = texts.Contains(null) ? "The options hold something that is neither text nor a number." : null;
                return problem is null ? [.. texts.OfType<string>()] : [];
            case JsonValueKind.Object when JsonText.Member(json, "text") is { ValueKind: JsonValueKind.Array } named:
                return Labelled(named, JsonText.Member(json, "label") is { ValueKind: JsonValueKind.Array } labels ? labels : null, out problem);
            case JsonValueKind.Object:
                return Keyed([.. json.EnumerateObject().Select(static member => ((string?)JsonText.NameOf(member), JsonText.Of(member.Value)))], out problem);
            default:
                problem = "The options are neither a JSON array nor a JSON object.";
                return [];
        }
    }

    /// <summary>Options as one array of texts and one of their letters.</summary>
    private static IReadOnlyList<string> Labelled(JsonElement texts, JsonElement? labels, out string? problem)
    {
        if (labels is not { } letters)
        {
            return Of(texts, out problem);
        }

        if (letters.GetArrayLength() != texts.GetArrayLength())
        {
            problem = $"The options are {texts.GetArrayLength()} texts with {letters.GetArrayLength()} labels.";
            return [];
        }

        return Keyed([.. letters.EnumerateArray().Zip(texts.EnumerateArray(), static (letter, text) => (JsonText.Of(letter), JsonText.Of(text)))], out problem);
    }

    private static string? Member(JsonElement item, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (JsonText.Member(item, name) is { } value)
            {
                return JsonText.Of(value);
            }
        }

        return null;
    }

    private static IReadOnlyList<string> Keyed(IReadOnlyList<(string? Key, string? Text)> members, out string? problem)
    {
        problem = null;
        var first = members.Any(static member => member.Key?.Trim() == "0") ? 0 : 1;
        var ordered = new string?[members.Count];
        foreach (var (key, text) in members)
        {
            var place = key?.Trim() switch
            {
                { Length: 1 } letter when OptionLetter.IndexOf(letter[0]) is { } index => index,
                { Length: <= 2 } digits when int.TryParse(digits, out var number) => number - first,
                _ => -1,
            };
            if (place < 0 || place >= ordered.Length || ordered[place] is not null || text is null)
            {
                problem = $"The options are not named A, B, C … or by numbers without a gap, or one is no text (see '{Excerpt.Of(key ?? "")}').";
                return [];
            }

            ordered[place] = text;
        }

        return ordered!;
    }
}
