using MedQA.Datasets.Tables;

namespace MedQA.Datasets.Csv;

/// <summary>How a delimited file is laid out.</summary>
/// <param name="Delimiter">What separates its fields.</param>
/// <param name="HeaderLine">The line on which the header starts.</param>
/// <param name="ColumnCount">How many columns the header has.</param>
/// <param name="Columns">What the columns mean.</param>
internal sealed record CsvLayout(char Delimiter, int HeaderLine, int ColumnCount, QuestionColumns Columns)
{
    /// <summary>How much of a file is looked at to find its layout, in characters; a header is no longer.</summary>
    public const int HeadLength = 1 << 16;

    private static readonly char[] Delimiters = [',', ';', '\t'];

    /// <summary>Reads the layout from the head of a file: the separator is the one under which the header has the most columns with a meaning.</summary>
    /// <exception cref="QuestionSetException">Under no separator is it the header of a question set.</exception>
    public static async Task<CsvLayout> DetectAsync(string head, bool isWhole, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        CsvLayout? best = null;
        (int Fields, int Line, string Fault) worst = (0, 1, "");
        foreach (var delimiter in Declared(head) is { } declared ? [declared] : Delimiters)
        {
            var header = await HeaderAsync(head, delimiter, options, cancellationToken);
            if (header is null)
            {
                continue;
            }

            if (!isWhole && header.Value.EndsWithText)
            {
                throw new QuestionSetException(options.FileName, $"the header is longer than {HeadLength:N0} characters; a question set begins with a line of column names.", header.Value.Record.Line);
            }

            var record = header.Value.Record;
            var fault = record.Problem ?? "";
            var columns = record.Problem is null ? QuestionColumns.Recognize(record.Fields, out fault) : null;
            if (columns is not null && columns.Count > (best?.Columns.Count ?? 0))
            {
                best = new CsvLayout(delimiter, record.Line, record.FieldCount, columns);
            }
            else if (columns is null && record.FieldCount > worst.Fields)
            {
                worst = (record.FieldCount, record.Line, char.ToLowerInvariant(fault[0]) + fault[1..]);
            }
        }

        return best ?? (worst.Fields > 0
            ? throw new QuestionSetException(options.FileName, worst.Fault, worst.Line)
            : throw new QuestionSetException(options.FileName, "the file is empty."));
    }

    /// <summary>The separator that a first line such as <c>sep=;</c> names, as table software writes it.</summary>
    private static char? Declared(string head) =>
        head.Length > 5 && head.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && head[5] is '\r' or '\n' && head[4] is ',' or ';' or '\t' or '|' ? head[4] : null;

    private static async Task<(CsvRecord Record, bool EndsWithText)?> HeaderAsync(string head, char delimiter, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        using var text = new StringReader(head);
        (CsvRecord Record, bool EndsWithText)? header = null;
        await foreach (var record in CsvRecords.ReadAsync(text, delimiter, options with { MaxRecordLength = HeadLength + 1024 }, cancellationToken))
        {
            if (header is { } found)
            {
                return (found.Record, false);
            }

            if (!record.Fields.All(string.IsNullOrWhiteSpace) || record.FieldCount > options.MaxColumns)
            {
                if (record.Line == 1 && Declared(head) is not null)
                {
                    continue;
                }

                header = (record, true);
            }
        }

        return header;
    }
}
