using System.Text.Json;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Json;

/// <summary>
/// Turns JSON objects into source records. Properties have the names that the columns of a table have; what a name means is worked out once
/// for each combination of names.
/// </summary>
internal sealed class JsonRecord(QuestionSetOptions options)
{
    private const int MaxKnown = 1000;
    private const int MaxKnownLength = 4096;

    private readonly Dictionary<string, Meaning> _known = [];

    /// <summary>
    /// Returns the record of an object; where it holds a list of questions their records, each with what is above the list.
    /// </summary>
    /// <param name="value">The object.</param>
    /// <param name="key">The name of its property, if that is its id.</param>
    /// <param name="line">The line on which it starts.</param>
    /// <param name="number">Its number in the file, from 1: that of the first record.</param>
    public IReadOnlyList<SourceRecord> ReadAll(JsonElement value, string? key, int line, int number)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return [new SourceRecord { Line = line, Number = number, Id = key, Problem = "The record is not a JSON object." }];
        }

        List<JsonProperty> own = [.. value.EnumerateObject()];
        var isOne = own.Exists(property => IsQuestion(property)) || own.Exists(IsInner);
        var lists = isOne ? [] : own.FindAll(IsListOfQuestions);
        if (lists is not [var list])
        {
            return [Read(Flat(own), value, key, line, number)];
        }

        own.Remove(list);
        var above = own.FindAll(static property => property.Value.ValueKind != JsonValueKind.Null);
        var named = above.FindIndex(static property => IsNamed(property, HeaderNames.Id));
        var id = key ?? (named >= 0 ? JsonText.Of(above[named].Value) : null);
        var problem = AboveList(above);
        above.RemoveAll(static property => !IsNamed(property, [.. HeaderNames.Dataset, .. HeaderNames.Topic, .. HeaderNames.Context]));
        var records = new List<SourceRecord>();
        foreach (var item in list.Value.EnumerateArray())
        {
            List<JsonProperty> members = [.. item.EnumerateObject()];
            var names = members.Select(static member => HeaderNames.Plain(JsonText.NameOf(member))).ToHashSet(StringComparer.Ordinal);
            var others = above.Where(property => !names.Contains(HeaderNames.Plain(JsonText.NameOf(property))));
            var record = Read([.. Flat(members), .. others], item, key: null, line, number + records.Count);
            record = record.Id is null && id is not null ? record with { Id = $"{id}-{records.Count + 1}" } : record;
            records.Add(problem is null ? record : record with { Problem = problem });
        }

        return records;
    }

    /// <summary>Returns why questions cannot be asked without what is above their list; <see langword="null"/> if they can.</summary>
    private static string? AboveList(List<JsonProperty> above)
    {
        var beside = above.Find(static property =>
            HeaderNames.IsRead(HeaderNames.Plain(JsonText.NameOf(property))) && !IsNamed(property, HeaderNames.QuestionOnlyWithOptions));
        if (beside.Value.ValueKind != JsonValueKind.Undefined)
        {
            return $"'{Excerpt.Of(JsonText.NameOf(beside))}' is above the list of questions, not in each: "
                + "write a record for each question, with its options and its answer.";
        }

        var unread = above.Find(static property =>
            !IsNamed(property, [.. HeaderNames.Id, .. HeaderNames.Dataset, .. HeaderNames.Topic, .. HeaderNames.Context])
            && !UnreadColumns.IsNote(JsonText.NameOf(property)) && UnreadColumns.MayHoldPassage(JsonText.NameOf(property))
            && (UnreadColumns.IsPassage(JsonText.NameOf(property)) || HasProse(property.Value)));
        return unread.Value.ValueKind == JsonValueKind.Undefined
            ? null
            : $"'{Excerpt.Of(JsonText.NameOf(unread))}', above the list of questions, is not read: "
                + "if they are about it, name it context; if not, leave it out.";
    }

    /// <summary>Returns whether a value is prose, or a structure with some.</summary>
    private static bool HasProse(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonText.Of(value) is { } text && LetteredText.IsProse(text),
        JsonValueKind.Array => value.EnumerateArray().Any(HasProse),
        JsonValueKind.Object => value.EnumerateObject().Any(static member => HasProse(member.Value)),
        _ => false,
    };

    private static bool IsNamed(JsonProperty property, string[] names) =>
        HeaderNames.IsOf(HeaderNames.Plain(JsonText.NameOf(property)), names);

    /// <summary>Returns whether a property is a list of objects with questions.</summary>
    private bool IsListOfQuestions(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() > 0
        && property.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object
            && item.EnumerateObject().Any(member =>
                IsQuestion(member) && !IsNamed(member, HeaderNames.QuestionOnlyWithOptions)));

    private SourceRecord Read(List<JsonProperty> properties, JsonElement value, string? key, int line, int number)
    {
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
        foreach (var column in (int[])[columns.Question, .. columns.Contexts, columns.Topic, columns.Dataset, columns.Id])
        {
            if (column >= 0 && properties[column].Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
            {
                var read = columns.Contexts.Contains(column)
                    ? StructuredText.Passage(properties[column].Value)
                    : Joined(properties[column].Value, ", ", column == columns.Question ? 1 : int.MaxValue);
                if (read is not { } text)
                {
                    return Rejected(
                        $"'{Excerpt.Of(columns.Names[column])}' is a JSON "
                            + $"{(properties[column].Value.ValueKind == JsonValueKind.Array ? "array" : "object")}, not a text.");
                }

                fields[column] = text;
            }
        }

        foreach (var column in columns.Options)
        {
            if (properties[column].Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            {
                continue;
            }

            if (StructuredText.Single(properties[column].Value) is not { } text)
            {
                return Rejected(TableRow.StructureInOption(columns.NameOf(column)));
            }

            fields[column] = text;
        }

        var record = TableRow.Read(columns, fields, fields.Count, line, number, options) ?? Rejected("The record is blank.");
        if (record is { Problem: null, Options.Count: 0 }
            && columns.Gold.FirstOrDefault(gold => IsStructure(properties[gold.Column])) is { } structure)
        {
            return Rejected($"'{Excerpt.Of(structure.Name)}' holds a JSON object, not a text: "
                + "give the right answers as a list of texts in reference_answers.");
        }

        record = record with { IsBare = !columns.HasOptions && columns.References < 0 };
        return key is null || record.Id is not null ? record : record with { Id = key };

        SourceRecord Rejected(string problem) => new()
        {
            Line = line,
            Number = number,
            Id = key,
            Problem = problem,
            Mapped = options.Map is { } map ? [.. MappedHeader.Found(map, [.. properties.Select(JsonText.NameOf)])] : [],
        };
    }

    /// <summary>What logs of runs keep beside the question: no part of it.</summary>
    private static readonly string[] OfRuns =
        ["resps", "filtered_resps", "arguments", "doc_id", "doc_hash", "prompt_hash", "target_hash", "messages"];

    /// <summary>
    /// Returns the properties of a record, or of the object in it that has the question, with what the record itself says of id, data set,
    /// topic and context, and with what is not read: options may hide there.
    /// </summary>
    private List<JsonProperty> Flat(List<JsonProperty> own)
    {
        var inner = own.FindIndex(IsInner);
        if (inner < 0)
        {
            return own;
        }

        List<JsonProperty> members = [.. own[inner].Value.EnumerateObject()];
        var known = members.Select(static member => HeaderNames.Plain(JsonText.NameOf(member))).ToHashSet(StringComparer.Ordinal);
        var hasGold = known.Overlaps(HeaderNames.Gold.Select(static gold => HeaderNames.Plain(gold.Name)));
        var hasOptions = known.Overlaps(HeaderNames.Options);
        members.AddRange(own.Where((property, place) => place != inner && HeaderNames.Plain(JsonText.NameOf(property))
            is var plain && !known.Contains(plain)
            && ((!HeaderNames.IsRead(plain) && !HeaderNames.IsOf(plain, OfRuns))
                || HeaderNames.IsOf(plain, [.. HeaderNames.Id, .. HeaderNames.Dataset, .. HeaderNames.Topic, .. HeaderNames.Context])
                || (!hasGold && HeaderNames.IsOf(plain, [.. HeaderNames.Answer, .. HeaderNames.AnswerIndex, .. HeaderNames.OtherAnswer]))
                || (!hasOptions && HeaderNames.IsOf(plain, HeaderNames.Options)))));
        return members;
    }

    /// <summary>Returns the object in a record that has the question, or the record itself.</summary>
    private JsonElement Inner(JsonElement record) =>
        record.EnumerateObject().FirstOrDefault(IsInner) is { Value.ValueKind: JsonValueKind.Object } inner ? inner.Value : record;

    private bool IsInner(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Object
        && HeaderNames.IsWrapper(JsonText.NameOf(property))
        && property.Value.EnumerateObject().Any(member => IsQuestion(member));

    private bool IsQuestion(JsonProperty property) =>
        MappedHeader.IsQuestion(JsonText.NameOf(property), options.Map);

    /// <summary>Returns whether a property is an object, or a list with objects in it.</summary>
    private static bool IsStructure(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Object
        || (property.Value.ValueKind == JsonValueKind.Array
            && property.Value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Object));

    private static string Raw(JsonElement value) =>
        value.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? value.GetRawText() : JsonText.Of(value) ?? "";

    /// <summary>
    /// Returns the texts of a list as one; <see langword="null"/> for anything that is not a list of at most this many texts.
    /// </summary>
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
            meaning = new Meaning(
                QuestionColumns.Recognize(names, out var fault, options.Map, isRecord: true),
                fault,
                names.Exists(static name => HeaderNames.Plain(name) is "context" or "contexts"));
            if (_known.Count < MaxKnown && signature.Length <= MaxKnownLength)
            {
                _known.Add(signature, meaning);
            }
        }

        return meaning;
    }

    private readonly record struct Meaning(QuestionColumns? Columns, string Fault, bool MayHaveAbstract);
}
