using System.Globalization;
using System.Runtime.CompilerServices;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Csv;

/// <summary>
/// Reads MMLU's CSV without a header: the question, its options, the letter of the right one. The file's name is the subject and the split.
/// </summary>
internal static class MmluQuestions
{
    /// <summary>
    /// A single line with more fields than a question with five options and its letter is several lines without their ends.
    /// </summary>
    public const int MaxFieldsOfOneLine = 7;

    private static readonly string[] Splits = ["test", "dev", "val", "train"];

    /// <summary>Returns whether every whole record in the head of a file has that form.</summary>
    public static async Task<bool> MatchesAsync(string head, bool isWhole, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        using var text = new StringReader(head);
        var records = new List<CsvRecord>();
        await foreach (var record in CsvRecords.ReadAsync(
            text, ',', options with { MaxRecordLength = CsvLayout.HeadLength + 1024 }, cancellationToken))
        {
            if (!IsBlank(record))
            {
                records.Add(record);
            }
        }

        if (!isWhole && records.Count > 1)
        {
            records.RemoveAt(records.Count - 1);
        }

        return records.Count > 0 && records.TrueForAll(record =>
            record.Problem is null
            && record.FieldCount == records[0].FieldCount
            && record.FieldCount is >= 4 and <= OptionLetter.MaxOptions + 2
            && record.Fields[^1].Trim() is [>= 'A' and <= 'Z' and var letter] && letter - 'A' < record.FieldCount - 2
            && !string.IsNullOrWhiteSpace(record.Fields[0]));
    }

    /// <summary>Reads every record.</summary>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var (subject, split) = NameOf(options.FileName);
        var dataset = options.Dataset ?? $"mmlu_{subject}{(split.Length > 0 ? "_" : "")}{split}";
        var number = 0;
        await foreach (var record in CsvRecords.ReadAsync(text, ',', options, cancellationToken))
        {
            if (IsBlank(record))
            {
                continue;
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"{subject}{(split.Length > 0 ? "-" : "")}{split}-{number:D3}");
            number++;
            yield return record switch
            {
                { Problem: { } problem } => new SourceRecord { Line = record.Line, Number = number, Id = id, Problem = problem },
                { FieldCount: < 4 } =>
                    new SourceRecord
                    {
                        Line = record.Line,
                        Number = number,
                        Id = id,
                        Problem = $"The row has {record.FieldCount} fields; a question, two options or more, and a letter are needed."
                    },
                _ => new SourceRecord
                {
                    Line = record.Line,
                    Number = number,
                    Id = id,
                    Dataset = dataset,
                    Topic = subject,
                    Text = record.Fields[0],
                    Options = [.. record.Fields.Take(record.FieldCount - 1).Skip(1)],
                    Gold = [new GoldClaim("answer", record.Fields[^1], AnswerNotations.Letter)],
                },
            };
        }
    }

    /// <summary>
    /// Returns the subject and the split in a file's name such as <c>clinical_knowledge_test.csv</c>; no split where the name ends with
    /// none.
    /// </summary>
    private static (string Subject, string Split) NameOf(string fileName)
    {
        var name = Path.GetFileNameWithoutExtension(fileName);
        name = name.StartsWith("mmlu_", StringComparison.OrdinalIgnoreCase) ? name[5..] : name;
        var split = Array.Find(Splits, split => name.EndsWith($"_{split}", StringComparison.OrdinalIgnoreCase));
        return split is null ? (name.Length > 0 ? name : "mmlu", "") : (name[..^(split.Length + 1)], split);
    }

    private static bool IsBlank(CsvRecord record) => record.Problem is null && record.Fields.All(string.IsNullOrWhiteSpace);
}
