using System.Runtime.CompilerServices;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Csv;

/// <summary>Reads a delimited file with a header.</summary>
internal static class CsvQuestions
{
    /// <summary>Reads every record after the header.</summary>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, CsvLayout layout, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = await SourceText.OpenAsync(file, cancellationToken);
        var number = 0;
        await foreach (var record in CsvRecords.ReadAsync(text, layout.Delimiter, options, cancellationToken))
        {
            if (record.Line <= layout.HeaderLine)
            {
                continue;
            }

            var row = record.Problem is null
                ? TableRow.Read(layout.Columns, record.Fields, layout.ColumnCount, record.Line, number + 1, options)
                : new SourceRecord { Line = record.Line, Number = number + 1, Problem = record.Problem };
            if (row is not null)
            {
                number++;
                yield return row;
            }
        }
    }
}
