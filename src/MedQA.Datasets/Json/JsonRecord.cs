using System.Text.Json;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Json;

/// <summary>Makes source records of JSON objects. Properties have the names that the columns of a table have; what a name means is worked out once for each combination of names.</summary>
internal sealed class JsonRecord(QuestionSetOptions options)
{
    private const int MaxKnown = 1000;
    private const int MaxKnownLength = 4096;

    private readonly Dictionary<string, Meaning> _known = [];

    /// <summary>The record of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="key">The name under which it stands, where that is its id.</param>
    /// <param name="line">The line on which it starts.</param>
    /// <param name="number">Its number in the file, from 1.</param>
    public SourceRecord Read(JsonElement value, string? key, int line, int number)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Rejected("The record is no JSON object.");
        }

        var properties = Flat(value);
        if (properties.Count > options.MaxColumns)
        {
            return Rejected($"The record has more than {options.MaxColumns:N0} properties (MaxColumns).");
        }

        var (columns, fault, mayHaveAbstract) = MeaningOf([.. properties.Select(JsonText.NameOf)]);
        if (mayHaveAbstract && Inner(value) is { } abstracted && PubMedQaRecord.Matches(abstracted))
        {
            return PubMedQaRecord.Read(abstracted, key, line, number);
        }

        if (columns is null)
        {
            return Rejected(char.ToUpperInvariant(fault[0]) + fault[1..]);
        }

        var fields = properties.ConvertAll(static property => Raw(property.Value));
        foreach (var column in (ReadOnlySpan<int>)[columns.Question, columns.Context, columns.Topic, columns.Dataset, columns.Id])
        {
            if (column >= 0 && properties[column].Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                if (Joined(properties[column].Value, column == columns.Context ? "\n\n" : ", ", column == columns.Question ? 1 : int.MaxValue) is not { } text)
                {
                    return Rejected($"'{Excerpt.Of(columns.Names[column])}' is a JSON {(properties[column].Value.ValueKind == JsonValueKind.Array ? "array" : "object")}, not a text.");
                }

                fields[column] = text;
            }
        }

        var record = TableRow.Read(columns, fields, fields.Count, line, number, options.AnswerNotation) ?? Rejected("The record is blank.");
        record = record with { IsBare = !columns.HasOptions && columns.References < 0 };
        return key is null || record.Id is not null ? record : record with { Id = key };

        SourceRecord Rejected(string problem) => new() { Line = line, Number = number, Id = key, Problem = problem };
    }

    /// <summary>The properties of a record, or of the object in it that has the question, with what the record itself says of id, data set, topic and context.</summary>
    private static List<JsonProperty> Flat(JsonElement record)
    {
        List<JsonProperty> own = [.. record.EnumerateObject()];
        var inner = own.FindIndex(IsInner);
        if (inner < 0)
        {
            return own;
        }

        List<JsonProperty> members = [.. own[inner].Value.EnumerateObject()];
        var known = members.Select(static member => HeaderNames.Plain(JsonText.NameOf(member))).ToHashSet(StringComparer.Ordinal);
        var hasGold = known.Overlaps(HeaderNames.Gold.Select(static gold => HeaderNames.Plain(gold.Name)));
        var hasOptions = known.Overlaps(HeaderNames.Options);
        members.AddRange(own.Where((property, place) => place != inner && HeaderNames.Plain(JsonText.NameOf(property)) is var plain && !known.Contains(plain)
            && (HeaderNames.IsOf(plain, [.. HeaderNames.Id, .. HeaderNames.Dataset, .. HeaderNames.Topic, .. HeaderNames.Context])
                || (!hasGold && HeaderNames.IsOf(plain, [.. HeaderNames.Answer, .. HeaderNames.AnswerIndex, .. HeaderNames.OtherAnswer]))
                || (!hasOptions && HeaderNames.IsOf(plain, HeaderNames.Options)))));
        return members;
    }

    /// <summary>The object in a record that has the question, or the record itself.</summary>
    private static JsonElement Inner(JsonElement record) =>
        record.EnumerateObject().FirstOrDefault(IsInner) is { Value.ValueKind: JsonValueKind.Object } inner ? inner.Value : record;

    private static bool IsInner(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Object
        && HeaderNames.IsWrapper(JsonText.NameOf(property))
        && property.Value.EnumerateObject().Any(static member => HeaderNames.IsQuestion(JsonText.NameOf(member)));

    private static string Raw(JsonElement value) => value.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? value.GetRawText() : JsonText.Of(value) ?? "";

    /// <summary>The texts of a list as one; <see langword="null"/> for anything that is no list of at most so many texts.</summary>
    private static string? Joined(JsonElement value, string between, int most) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most
            && value.EnumerateArray().All(static item => item.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            ? string.Join(between, value.EnumerateArray().Select(JsonText.Of))
            : null;

    private Meaning MeaningOf(List<string> names)
    {
        var signature = string.Join('\n', names);
        if (!_known.TryGetValue(signature, out var meaning))
        {
            meaning = new Meaning(QuestionColumns.Recognize(names, out var fault), fault, names.Exists(static name => HeaderNames.Plain(name) is "context" or "contexts"));
            if (_known.Count < MaxKnown && signature.Length <= MaxKnownLength)
            {
                _known.Add(signature, meaning);
            }
        }

        return meaning;
    }

    private readonly record struct Meaning(QuestionColumns? Columns, string Fault, bool MayHaveAbstract);
}
