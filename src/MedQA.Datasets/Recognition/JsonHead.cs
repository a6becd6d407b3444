using System.Text;
using System.Text.Json;
using MedQA.Datasets.Json;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Recognition;

/// <summary>What the beginning of a JSON file shows.</summary>
/// <param name="Format">The format.</param>
/// <param name="Shape">How its records stand.</param>
internal sealed record JsonHead(QuestionSetFormat Format, JsonShape Shape)
{
    /// <summary>Reads the beginning of a file.</summary>
    /// <param name="head">The beginning, which may end anywhere.</param>
    /// <param name="fault">Why it is no question set's; empty where it is one.</param>
    public static JsonHead? Read(string head, out string fault)
    {
        fault = "";
        if (FirstRecord(head) is not { } first)
        {
            fault = "the file begins like JSON, but is none.";
            return null;
        }

        if (first.Root.Count > 0 && !HasQuestion(first.Root) && first.Kind == JsonTokenType.StartObject && HasQuestion(first.Inner))
        {
            return new JsonHead(FormatOf(first.Inner, JsonShape.Keyed), JsonShape.Keyed);
        }

        if (first.IsLabels)
        {
            return new JsonHead(QuestionSetFormat.PubMedQaLabels, JsonShape.Labels);
        }

        if (!HasQuestion(first.Root))
        {
            var names = first.Root.Count == 0 ? "none" : string.Join(", ", first.Root.Take(12).Select(static name => $"'{Excerpt.Of(name)}'"));
            fault = $"the file is JSON, but no property of its first record is named question (or {string.Join(", ", HeaderNames.Question.Skip(1))}); there are {names}.";
            return null;
        }

        var shape = first.IsArray ? JsonShape.Array : first.IsOnOneLine ? JsonShape.Lines : JsonShape.Values;
        return new JsonHead(FormatOf(first.Root, shape), shape);
    }

    private static bool HasQuestion(List<string> names) => names.Exists(static name => HeaderNames.Question.Any(question => HeaderNames.Plain(question) == HeaderNames.Plain(name)));

    private static QuestionSetFormat FormatOf(List<string> names, JsonShape shape)
    {
        var plain = names.Select(HeaderNames.Plain).ToHashSet(StringComparer.Ordinal);
        return plain.Contains("contexts") || (plain.Contains("finaldecision") && !plain.Contains("options")) ? QuestionSetFormat.PubMedQa
            : plain.IsSupersetOf(["opa", "opb", "opc", "opd"]) ? QuestionSetFormat.MedMcqa
            : plain.IsSupersetOf(["options", "answeridx", "metainfo"]) ? QuestionSetFormat.MedQa
            : shape == JsonShape.Lines ? QuestionSetFormat.JsonLines
            : QuestionSetFormat.Json;
    }

    /// <summary>The first record; where the text breaks off before it shows its question, the first whole line that is a record.</summary>
    private static Record? FirstRecord(string head)
    {
        var record = Scan(head);
        if (record is { IsBroken: false } || (record is not null && HasQuestion(record.Root)))
        {
            return record;
        }

        return head.Split('\n').Skip(1).Select(static line => Scan(line)).FirstOrDefault(static line => line is { IsBroken: false, IsWhole: true, IsArray: false } && HasQuestion(line.Root));
    }

    private static Record? Scan(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
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

            record.Members(ref reader, bytes);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            record.IsBroken = true;
        }

        return record;
    }

    /// <summary>The names and kinds in the first object of a text.</summary>
    private sealed class Record
    {
        public List<string> Root { get; } = [];

        public List<string> Inner { get; } = [];

        /// <summary>What the first value is.</summary>
        public JsonTokenType Kind { get; private set; }

        public bool IsArray { get; set; }

        public bool IsBroken { get; set; }

        public bool IsWhole { get; private set; }

        public bool IsOnOneLine { get; private set; }

        /// <summary>Whether all values are short texts under numbers, as PMIDs are.</summary>
        public bool IsLabels { get; private set; } = true;

        /// <summary>Reads the members of the object that a reader stands on, as far as the text goes.</summary>
        public void Members(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
        {
            var start = (int)reader.TokenStartIndex;
            IsOnOneLine = !text[start..].Contains((byte)'\n');
            var depth = reader.CurrentDepth;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth)
                {
                    IsWhole = true;
                    IsOnOneLine = !text[start..(int)reader.BytesConsumed].Contains((byte)'\n');
                    IsLabels &= Root.Count > 0;
                    return;
                }

                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 1)
                {
                    Root.Add(reader.GetString()!);
                    IsLabels &= Root[^1].All(char.IsAsciiDigit);
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2 && Root.Count == 1)
                {
                    Inner.Add(reader.GetString()!);
                }
                else if (reader.CurrentDepth == depth + 1)
                {
                    Kind = Kind == JsonTokenType.None ? reader.TokenType : Kind;
                    IsLabels &= reader.TokenType == JsonTokenType.String;
                }
            }

            IsLabels &= Root.Count > 0;
        }
    }
}
