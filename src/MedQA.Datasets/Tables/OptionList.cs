using System.Text.Json;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Options in one field: a JSON array or object, the same as Python writes it, texts between vertical bars, texts after
/// letters, or a text on each line.
/// </summary>
/// <param name="Texts">The options; a last one may be blank.</param>
internal sealed record OptionList(IReadOnlyList<string> Texts)
{
    private static readonly string[] Keys = ["key", "label", "letter", "aid", "id", "idx", "index", "option_id", "choice_id"];
    private static readonly string[] Flags = ["correct", "iscorrect", "isright", "isanswer", "istrue", "right", "valid"];
    private static readonly string[] Values = ["value", "text", "option", "atext", "content", "choice", "answer", "option_text"];

    /// <summary>What the field calls each option, without what does not count; empty if it does not name them.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What is wrong with the field, or <see langword="null"/>.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether each option has its own letter or number.</summary>
    public bool IsKeyed => Names.Count > 0;

    /// <summary>The number of the first option, where the field numbers them.</summary>
    public int? FirstNumber =>
        Names.Count > 0 && Names.All(static name => int.TryParse(name, out _))
            ? int.Parse(Names[0], System.Globalization.CultureInfo.InvariantCulture)
            : null;

    /// <summary>Returns whether a name is that of the text of an option.</summary>
    public static bool IsValue(string name) => HeaderNames.IsOf(HeaderNames.Plain(name), Values);

    /// <summary>Reads a field.</summary>
    public static OptionList Parse(string field)
    {
        var text = field.AsSpan().Trim();
        if (text.IsEmpty)
        {
            return new OptionList([]);
        }

        if (text[0] is '[' or '{')
        {
            return Structure(text, out var fault) is { } json ? Disposing(json)
                : text is ['{', .., '}'] && !text.Contains(':')
                ? Wrong("The options are an array as PostgreSQL writes it: write a JSON array (array_to_json).")
                : Wrong($"The options begin like JSON, but are not valid JSON ({fault}).");
        }

        if ((text[0] == '(' || StructuredText.Begins(field)) && Structure(text, out _) is { } tuple)
        {
            return Disposing(tuple);
        }

        field = LetteredText.WithoutLead(field);
        if (field.Contains('|', StringComparison.Ordinal))
        {
            return new OptionList([.. field.Split('|', StringSplitOptions.TrimEntries)]);
        }

        var lettered = LetteredText.Options(field);
        var lines =
            lettered.Count > 0 ? lettered : field.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return LetteredText.BeginWithLead(lines) ? Leading(lines[0]) : new OptionList(lines.Count > 1 ? lines : [field.Trim()]);
    }

    /// <summary>
    /// Returns a structure as JSON or Python writes it; <see langword="null"/> if it is neither. The caller disposes the document.
    /// </summary>
    /// <param name="text">What may be one.</param>
    /// <param name="fault">The JSON parser's message.</param>
    public static JsonDocument? Structure(ReadOnlySpan<char> text, out string fault)
    {
        fault = "";
        var bytes = SourceText.Utf8.GetBytes(text.ToString());
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            fault = exception.Message.Split(". ", 2)[0];
            return PythonLiteral.Parse(SourceText.Utf8.GetString(bytes));
        }
    }

    private static OptionList Disposing(JsonDocument json)
    {
        using (json)
        {
            return Of(json.RootElement);
        }
    }

    /// <summary>
    /// Reads options from JSON: an array of texts, an array of {key, value} or {key, text}, an object by letter or number, or an object of
    /// the arrays text and label.
    /// </summary>
    private static OptionList Of(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array
                when json.EnumerateArray().Any(static item => item.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                && json.EnumerateArray().All(static item => StructuredText.Single(item) is not null):
                return WithoutLead([.. json.EnumerateArray().Select(static item => StructuredText.Single(item)!)]);
            case JsonValueKind.Array
                when json.GetArrayLength() > 0 && json.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Object):
                return Objects([.. json.EnumerateArray()]);
            case JsonValueKind.Array:
                return json.EnumerateArray().Any(static item => item.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                    ? Wrong("The options hold something that is neither text nor a number.")
                    : WithoutLead([.. json.EnumerateArray().Select(static item => JsonText.Of(item) ?? "")]);
            case JsonValueKind.Object when JsonText.Member(json, "text") is { ValueKind: JsonValueKind.Array } texts:
                return Labelled(texts, JsonText.Member(json, "label") is { ValueKind: JsonValueKind.Array } labels ? labels : null);
            case JsonValueKind.Object:
                return Keyed([.. json.EnumerateObject().Select(static member => ((string?)JsonText.NameOf(member), member.Value))]);
            default:
                return Wrong("The options are neither a JSON array nor a JSON object.");
        }
    }

    /// <summary>Returns the options of a list; none if the first only introduces the others, which may count it or not.</summary>
    private static OptionList WithoutLead(IReadOnlyList<string> texts) =>
        texts is [var first, _, _, ..]
            && ((first.AsSpan().TrimEnd() is [.., ':' or '：']
                    && !texts.Skip(1).Any(static text => text.AsSpan().TrimEnd() is [.., ':' or '：']))
                || LetteredText.BeginWithLead(texts))
            ? Leading(first)
            : new OptionList(texts);

    private static OptionList Leading(string first) =>
        Wrong($"The first of the options, '{Excerpt.Of(first)}', only introduces the others: leave it out.");

    private static OptionList Objects(IReadOnlyList<JsonElement> items)
    {
        if (items.SelectMany(static item => item.EnumerateObject()).FirstOrDefault(static member =>
                member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                || HeaderNames.IsOf(HeaderNames.Plain(JsonText.NameOf(member)), Flags))
            is { Value.ValueKind: not JsonValueKind.Undefined } flag)
        {
            return Wrong(
                $"The options say in '{Excerpt.Of(JsonText.NameOf(flag))}' whether each is right; name the letter of the right one in a "
                    + "field answer.");
        }

        return Keyed(
            [.. items.Select(static item => (Member(item, Keys) is { } key ? JsonText.Of(key) : null, Member(item, Values) ?? default))]);
    }

    /// <summary>Options as one array of texts and one of their letters.</summary>
    private static OptionList Labelled(JsonElement texts, JsonElement? labels)
    {
        if (labels is not { } letters)
        {
            return Of(texts);
        }

        return letters.GetArrayLength() == texts.GetArrayLength()
            ? Keyed([.. letters.EnumerateArray().Zip(texts.EnumerateArray(), static (letter, text) => (JsonText.Of(letter), text))])
            : Wrong($"The options are {texts.GetArrayLength()} texts with {letters.GetArrayLength()} labels.");
    }

    private static JsonElement? Member(JsonElement item, string[] names)
    {
        foreach (var name in names)
        {
            if (JsonText.Member(item, name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private static OptionList Keyed(IReadOnlyList<(string? Key, JsonElement Text)> members)
    {
        var places = members.Select(static member => OptionPlace.Of(member.Key ?? "")).ToArray();
        var first = Array.Exists(places, static place => place.Number == 0) ? 0 : 1;
        var ordered = new string?[members.Count];
        var names = new string[members.Count];
        for (var i = 0; i < members.Count; i++)
        {
            var (key, text) = members[i];
            var place = places[i].Letter ?? (places[i].Number - first) ?? -1;
            var isText = text.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Array or JsonValueKind.Object);
            if (place < 0 || place >= ordered.Length || ordered[place] is not null || !isText)
            {
                return Wrong(
                    $"The options are not named A, B, C … or by numbers without gaps, or one is not text (see '{Excerpt.Of(key ?? "")}').");
            }

            ordered[place] = JsonText.Of(text) ?? "";
            names[place] = HeaderNames.Plain(key!);
        }

        return new OptionList(ordered!) { Names = names };
    }

    private static OptionList Wrong(string problem) => new([]) { Problem = problem };
}
