using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Lists and objects in place of a text: as JSON, or as text in the form of JSON, of Python or of NumPy.
/// </summary>
internal static partial class StructuredText
{
    /// <summary>
    /// Returns whether a text is a list or an object, whole or cut off: it begins with a bracket and a quoted text, or a brace and a quoted
    /// name.
    /// </summary>
    public static bool Begins(string field) => Beginning().IsMatch(field);

    /// <summary>Returns whether a text is an object, whole or cut off.</summary>
    public static bool BeginsObject(string field) => Begins(field) && field.AsSpan().TrimStart() is ['{', ..];

    /// <summary>
    /// Returns what a text says: itself, or what a reading makes of the list or object that it is; <see langword="null"/> if that makes
    /// nothing of it.
    /// </summary>
    /// <param name="field">The text.</param>
    /// <param name="reading"><see cref="Passage"/>, <see cref="Single"/> or <see cref="Texts"/>.</param>
    /// <typeparam name="T">What the reading gives.</typeparam>
    public static T? Read<T>(string field, Func<JsonElement, T?> reading)
        where T : class
    {
        using var structure = OptionList.Structure(field.AsSpan().Trim(), out _);
        return structure is null ? null : reading(structure.RootElement);
    }

    /// <summary>
    /// Returns the passage that a list of texts is, a paragraph each, or that an object holds in <c>contexts</c>; labels and the like
    /// beside these are left out.
    /// </summary>
    public static string? Passage(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.EnumerateArray().All(IsText) =>
            string.Join("\n\n", value.EnumerateArray().Select(JsonText.Of).Where(static text => !string.IsNullOrWhiteSpace(text))),
        JsonValueKind.Object when JsonText.Member(value, "contexts") is { ValueKind: JsonValueKind.Array } parts => Passage(parts),
        JsonValueKind.String => JsonText.Of(value),
        _ => null,
    };

    /// <summary>Returns the one text of a list of one, or of an object with one member that is named as the text of an option is.</summary>
    public static string? Single(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 1 ? Single(value[0]) : null,
        JsonValueKind.Object => value.EnumerateObject().ToList() is [var only] && OptionList.IsValue(JsonText.NameOf(only))
            ? Single(only.Value)
            : null,
        JsonValueKind.Null => "",
        _ => JsonText.Of(value),
    };

    /// <summary>Returns the texts of a list, or of the list that an object holds in <c>text</c>, as the answers of SQuAD do.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.EnumerateArray().All(IsText) =>
            [.. value.EnumerateArray().Select(JsonText.Of).OfType<string>().Where(static text => !string.IsNullOrWhiteSpace(text))],
        JsonValueKind.Object when JsonText.Member(value, "text") is { } texts => texts.ValueKind == JsonValueKind.Array ? Texts(texts)
            : JsonText.Of(texts) is { } text ? [text]
            : null,
        _ => null,
    };

    /// <summary>Returns the same as <see cref="Texts"/> with every item of a list: a blank or null one is an empty text.</summary>
    public static IReadOnlyList<string>? Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.EnumerateArray().All(IsText) =>
            [.. value.EnumerateArray().Select(static item => JsonText.Of(item) ?? "")],
        JsonValueKind.Object when JsonText.Member(value, "text") is { ValueKind: JsonValueKind.Array } texts => Items(texts),
        _ => Texts(value),
    };

    /// <summary>Returns the texts in a structure, however deep.</summary>
    public static IEnumerable<string> AllTexts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(AllTexts),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(static member => AllTexts(member.Value)),
        JsonValueKind.String => JsonText.Of(value) is { } text ? [text] : [],
        _ => [],
    };

    /// <summary>
    /// Returns the options without the structures around them: an object in place of any option, lists in place of all.
    /// <see langword="null"/> if one of them holds more than a text.
    /// </summary>
    /// <param name="options">The options.</param>
    /// <param name="place">The place, from 0, of the option that holds more.</param>
    public static IReadOnlyList<string>? Options(IReadOnlyList<string> options, out int place)
    {
        place = -1;
        var areStructures = options.All(static option => string.IsNullOrWhiteSpace(option) || Begins(option));
        if (!areStructures && !options.Any(BeginsObject))
        {
            return options;
        }

        var texts = new string[options.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (!BeginsObject(options[i]) && !(areStructures && Begins(options[i])))
            {
                texts[i] = options[i];
            }
            else if (Read(options[i], Single) is { } text)
            {
                texts[i] = text;
            }
            else
            {
                place = i;
                return null;
            }
        }

        return texts;
    }

    private static bool IsText(JsonElement item) => item.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object);

    [GeneratedRegex(
        @"^\s*(?:(?:np\.|numpy\.)?array\(\s*\[|\[\s*(?:\[\s*)*(?:[ubUB]?['""]|\{\s*[ubUB]?['""]|(?:np\.|numpy\.)?(?:array|str_)\()"
        + @"|\{\s*[ubUB]?(?:""(?:[^""\\]|\\.)*""|'(?:[^'\\]|\\.)*')\s*:)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Beginning();
}
