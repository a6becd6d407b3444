using System.Text;
using System.Text.Json;
using MedQA.Datasets.Json;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Recognition;

/// <summary>What the beginning of a JSON file shows.</summary>
/// <param name="Format">The format.</param>
/// <param name="Shape">How it arranges its records.</param>
/// <param name="List">The property that lists the records, where one does.</param>
internal sealed record JsonHead(QuestionSetFormat Format, JsonShape Shape, string? List = null)
{
    /// <summary>
    /// The properties beside the list that hold prose, which is not read; only those before the end of the file's beginning.
    /// </summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    private const string ByRecords = "write a record for each question, in pandas with to_json(FILE, orient=\"records\", lines=True).";

    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="head">The beginning, which may end anywhere.</param>
    /// <param name="map">Which property holds the question whatever it is called, or <see langword="null"/>.</param>
    /// <param name="fault">Why it is not a question set's; empty if it is one.</param>
    public static JsonHead? Read(string head, ColumnMap? map, out string fault)
    {
        fault = "";
        if (FirstRecord(head, map) is not { } first)
        {
            fault = head.AsSpan().TrimStart() switch
            {
                ['{' or '[', .. var rest] when rest.TrimStart(" [{\t\r\n") is ['\'', ..] =>
                    "the file is not JSON: it has single quotes, as Python's dicts do; write it with json.dumps.",
                ['[', .. var rest] when rest.TrimStart() is ['[', ..] => $"the file is JSON by values, lists without names: {ByRecords}",
                _ => "the file begins like JSON, but is not valid JSON.",
            };
            return null;
        }

        var question = first.Root.FindIndex(name => IsQuestion(name, map));
        var wrapped = first.Members.Find(
            member => member.Kind == JsonTokenType.StartObject && HeaderNames.IsWrapper(member.Name) && HasQuestion(member.Names, map));
        if (question >= 0 && wrapped.Name is null && first.Members[question].Kind == JsonTokenType.StartObject)
        {
            fault = first.IsArray || first.HasNext
                ? $"'{Excerpt.Of(first.Root[question])}' of the first record is a JSON object, not a text: "
                    + "write the question as a text, with separate fields for its options and its answer."
                : $"the file is JSON by columns, as pandas writes it: {ByRecords}";
            return null;
        }

        if (question < 0 && first.Root.Contains("columns") && first.Root.Contains("data"))
        {
            fault = $"the file is JSON in pandas' form split, with columns and data apart: {ByRecords}";
            return null;
        }

        if (question >= 0 && first.Members[question].Kind == JsonTokenType.StartArray && !first.IsArray && first.Members.Count(
            static member => member.Kind == JsonTokenType.StartArray) > 1
            && first.Members[question].Names.Count == 0 && first.Members[question].Items > 1)
        {
            fault = $"the file is JSON by columns, each a list: {ByRecords}";
            return null;
        }

        if (question < 0
            && wrapped.Name is null
            && first.Root.Count > 0
            && first.Members[0].Kind == JsonTokenType.StartObject
            && HasQuestion(first.Members[0].Names, map))
        {
            if (first.HasNextLine || first.IsArray)
            {
                fault = $"the records hold their questions in '{Excerpt.Of(first.Root[0])}': write a record for each question, "
                    + "with its options and its answer beside it.";
                return null;
            }

            return new JsonHead(FormatOf(first.Members[0].Names, JsonShape.Keyed), JsonShape.Keyed);
        }

        if (first.IsLabels)
        {
            return new JsonHead(QuestionSetFormat.PubMedQaLabels, JsonShape.Labels);
        }

        if (question < 0 && wrapped.Name is null)
        {
            var records = first.Members.Find(member => member.Kind == JsonTokenType.StartArray && HasQuestion(member.Names, map));
            if (records.Name is { } list)
            {
                // Lists of several records, or of one that has above them what they are about, are read with what is above them.
                if (first.IsArray || first.HasNext || first.Members.Exists(member => member.Name != list && IsPassage(member)))
                {
                    var listed = first.IsArray ? JsonShape.Array
                        : first.HasNextLine && !first.HasFollower ? JsonShape.Lines
                        : JsonShape.Values;
                    return new JsonHead(FormatOf(records.Names, listed), listed);
                }

                return new JsonHead(FormatOf(records.Names, JsonShape.Listed), JsonShape.Listed, list)
                {
                    Beside =
                    [
                        .. first.Prose.Distinct()
                            .Where(name => name != list && UnreadColumns.MayHoldPassage(name) && !UnreadColumns.IsNote(name)),
                    ],
                };
            }

            var path = PathOfQuestion(head, map);
            if (!first.IsArray && path is [(var rows, true), (var row, var isList), _] && (isList || HeaderNames.IsWrapper(row)))
            {
                return new JsonHead(QuestionSetFormat.Json, JsonShape.Listed, rows);
            }

            if (path.Count > 1)
            {
                var steps = string.Join(", ", path.Select(static step => $"'{Excerpt.Of(step.Name)}'"));
                fault = $"the questions are deeper in the file, under {steps}: "
                    + "write a list of records, each a question with its options and its answer.";
                return null;
            }

            var names =
                first.Root.Count == 0 ? "none" : string.Join(", ", first.Root.Take(12).Select(static name => $"'{Excerpt.Of(name)}'"));
            fault =
                "the file is JSON, but no property of its first record is named question (or "
                    + $"{string.Join(", ", HeaderNames.Question.Skip(1))}); there are {names}.";
            return null;
        }

        var shape = first.IsArray ? JsonShape.Array : first.IsOnOneLine && !first.HasFollower ? JsonShape.Lines : JsonShape.Values;
        return new JsonHead(FormatOf(wrapped.Names ?? first.Root, shape), shape);
    }

    /// <summary>Returns the names that lead to the first property with the name of a question, each with whether it holds a list.</summary>
    /// <returns>No name where there is no question, or the text is not JSON up to it.</returns>
    private static List<(string Name, bool IsList)> PathOfQuestion(string head, ColumnMap? map)
    {
        var bytes = Encoding.UTF8.GetBytes(head);
        new NonFinite().Mask(bytes, isFinal: true);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        var path = new List<(string Name, bool IsList, int Depth)>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    var depth = reader.CurrentDepth;
                    path.RemoveAll(step => step.Depth >= depth);
                    path.Add((name, false, depth));
                    if (IsQuestion(name, map) && !HeaderNames.IsOf(HeaderNames.Plain(name), HeaderNames.QuestionOnlyWithOptions))
                    {
                        return path.ConvertAll(static step => (step.Name, step.IsList));
                    }
                }
                else if (reader.TokenType == JsonTokenType.StartArray && path.Count > 0 && path[^1].Depth == reader.CurrentDepth)
                {
                    path[^1] = path[^1] with { IsList = true };
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }

        return [];
    }

    private static bool IsPassage((string Name, JsonTokenType Kind, List<string> Names, int Items) member) =>
        member.Kind is JsonTokenType.String or JsonTokenType.StartArray
        && HeaderNames.IsOf(HeaderNames.Plain(member.Name), HeaderNames.Context);

    private static bool IsQuestion(string name, ColumnMap? map) => MappedHeader.IsQuestion(name, map);

    private static bool HasQuestion(List<string> names, ColumnMap? map) => names.Exists(name => IsQuestion(name, map));

    private static QuestionSetFormat FormatOf(List<string> names, JsonShape shape)
    {
        var plain = names.Select(HeaderNames.Plain).ToHashSet(StringComparer.Ordinal);
        return plain.Contains("contexts") || (plain.Contains("finaldecision") && !plain.Contains("options")) ? QuestionSetFormat.PubMedQa
            : plain.IsSupersetOf(["opa", "opb", "opc", "opd"]) ? QuestionSetFormat.MedMcqa
            : plain.IsSupersetOf(["options", "answeridx", "metainfo"]) ? QuestionSetFormat.MedQa
            : shape == JsonShape.Lines ? QuestionSetFormat.JsonLines
            : QuestionSetFormat.Json;
    }

    /// <summary>
    /// Returns the first record; where the text breaks off before it shows its question, the first whole line that is a record.
    /// </summary>
    private static Record? FirstRecord(string head, ColumnMap? map)
    {
        var record = Scan(head);
        if (record is { IsBroken: false }
            || (record is not null && (HasQuestion(record.Root, map) || record.Members.Exists(member => HasQuestion(member.Names, map)))))
        {
            return record;
        }

        return head.Split('\n')
            .Skip(1)
            .Select(static line => Scan(line))
            .FirstOrDefault(line => line is { IsBroken: false, IsWhole: true, IsArray: false } && HasQuestion(line.Root, map));
    }

    private static readonly JsonReaderState Scanning =
        new(new JsonReaderOptions { AllowMultipleValues = true, AllowTrailingCommas = true });

    private static Record? Scan(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        new NonFinite().Mask(bytes, isFinal: true);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, Scanning);
        var record = new Record();
        try
        {
            if (!reader.Read())
            {
                return null;
            }

            if (reader.TokenType == JsonTokenType.StartArray)
            {
                record.IsArray = true;
                if (!reader.Read())
                {
                    return null;
                }
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            record.Read(ref reader, bytes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            record.IsBroken = true;
        }

        return record;
    }

    /// <summary>The names and kinds in the first object of a text.</summary>
    private sealed class Record
    {
        public List<string> Root { get; } = [];

        /// <summary>
        /// The same names with the kind of each value, the names in the first object of that, and how many texts a list has.
        /// </summary>
        public List<(string Name, JsonTokenType Kind, List<string> Names, int Items)> Members { get; } = [];

        /// <summary>The names of the members that hold prose.</summary>
        public List<string> Prose { get; } = [];

        public bool IsArray { get; set; }

        public bool IsBroken { get; set; }

        public bool IsWhole { get; private set; }

        public bool IsOnOneLine { get; private set; }

        /// <summary>Whether another record follows on the same line.</summary>
        public bool HasFollower { get; private set; }

        /// <summary>Whether the record is on one line, and another on the next.</summary>
        public bool HasNextLine { get; private set; }

        /// <summary>Whether another record follows.</summary>
        public bool HasNext { get; private set; }

        /// <summary>Whether all values are short texts under numbers, as PMIDs are.</summary>
        public bool IsLabels { get; private set; } = true;

        /// <summary>Reads the members of the reader's current object, as far as the text goes.</summary>
        public void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
        {
            var start = (int)reader.TokenStartIndex;
            IsOnOneLine = !text[start..].Contains((byte)'\n');
            var depth = reader.CurrentDepth;
            var objects = 0;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
                {
                    IsWhole = true;
                    IsOnOneLine = !text[start..(int)reader.BytesConsumed].Contains((byte)'\n');
                    IsLabels &= Root.Count > 0;
                    HasNextLine = IsOnOneLine && text[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
                    HasNext = text[(int)reader.BytesConsumed..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
                    HasFollower = text[(int)reader.BytesConsumed..].TrimStart((byte)' ') is [(byte)'{', ..];
                    return;
                }

                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 1)
                {
                    Root.Add(reader.GetString()!);
                    Members.Add((Root[^1], JsonTokenType.None, [], 0));
                    objects = 0;
                    IsLabels &= Root[^1].All(char.IsAsciiDigit);
                    continue;
                }

                var member = Members[^1];
                if (reader.TokenType == JsonTokenType.String && member.Kind is JsonTokenType.None or JsonTokenType.StartArray
                    && LetteredText.IsProse(reader.GetString()!))
                {
                    Prose.Add(member.Name);
                }

                if (reader.CurrentDepth == depth + 1 && member.Kind == JsonTokenType.None)
                {
                    IsLabels &= reader.TokenType == JsonTokenType.String;
                    Members[^1] = member with { Kind = reader.TokenType };
                }
                else if (member.Kind == JsonTokenType.StartArray && reader.CurrentDepth == depth + 2)
                {
                    objects += reader.TokenType == JsonTokenType.StartObject ? 1 : 0;
                    Members[^1] = member with { Items = member.Items + 1 };
                }
                else if (reader.TokenType == JsonTokenType.PropertyName
                    && (member.Kind == JsonTokenType.StartObject
                        ? reader.CurrentDepth == depth + 2
                        : objects == 1 && reader.CurrentDepth == depth + 3))
                {
                    member.Names.Add(reader.GetString()!);
                }
            }

            IsLabels &= Root.Count > 0;
        }
    }
}
