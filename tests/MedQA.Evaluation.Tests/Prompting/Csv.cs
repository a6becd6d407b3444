using System.Text;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Tests.Prompting;

/// <summary>Reads the published question sets (RFC 4180) where a test of this project needs their questions; the product's reader is MedQA.Datasets, on which this project does not depend.</summary>
internal static class Csv
{
    public static IEnumerable<Question> Questions(string path)
    {
        var records = Records(File.ReadAllText(path)).ToList();
        var columns = records[0].Select(static (name, index) => (name, index)).ToDictionary(static column => column.name, static column => column.index);
        foreach (var record in records.Skip(1))
        {
            string Field(string name) => columns.TryGetValue(name, out var index) ? record[index] : "";
            yield return new Question
            {
                Id = Field("id"),
                Dataset = Field("dataset"),
                Context = Field("context") is { Length: > 0 } context ? context : null,
                Text = Field("question"),
                Options = [.. "abcd".Select(letter => Field($"option_{letter}")).Where(static option => option.Length > 0)],
                Gold = OptionLetter.IndexOf(Field("answer")[0]),
            };
        }
    }

    private static IEnumerable<List<string>> Records(string text)
    {
        var record = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else if (c == '"')
                {
                    quoted = false;
                }
                else
                {
                    field.Append(c);
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                record.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }
    }
}
