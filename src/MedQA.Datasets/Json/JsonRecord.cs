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

        var names = new List<string>();
        var fields = new List<string>();
        foreach (var property in value.EnumerateObject())
        {
            if (names.Count == options.MaxColumns)
            {
                return Rejected($"The record has more than {options.MaxColumns:N0} properties (MaxColumns).");
            }

            names.Add(JsonText.NameOf(property));
            fields.Add(property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? property.Value.GetRawText() : JsonText.Of(property.Value) ?? "");
        }

        var (columns, fault, mayHaveAbstract) = MeaningOf(names);
        if (mayHaveAbstract && PubMedQaRecord.Matches(value))
        {
            return PubMedQaRecord.Read(value, key, line, number);
        }

        if (columns is null)
        {
            return Rejected(char.ToUpperInvariant(fault[0]) + fault[1..]);
        }

        var record = TableRow.Read(columns, fields, fields.Count, line, number, options.AnswerNotation) ?? Rejected("The record is blank.");
        return key is null || record.Id is not null ? record : record with { Id = key };

        SourceRecord Rejected(string problem) => new() { Line = line, Number = number, Id = key, Problem = problem };
    }

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
