using System.Runtime.CompilerServices;
using MedQA.Evaluation;
using Sylvan.Data.Csv;

namespace MedQA.Datasets.Csv;

/// <summary>A record of a delimited file.</summary>
/// <param name="Line">The line on which it starts, from 1.</param>
/// <param name="Fields">Its fields without quotes; none if there are too many.</param>
/// <param name="FieldCount">How many fields it has.</param>
/// <param name="Problem">What is wrong with its form, or <see langword="null"/>.</param>
internal readonly record struct CsvRecord(int Line, IReadOnlyList<string> Fields, int FieldCount, string? Problem);

/// <summary>Reads the records of delimited text, in one pass and bounded memory.</summary>
internal static class CsvRecords
{
    /// <summary>A character that decoded text cannot have: the parser must take no line for a comment.</summary>
    private const char NoComment = '\uDC00';

    /// <summary>Reads every record, the header and blank lines included.</summary>
    /// <exception cref="InputException">A record is longer than <see cref="QuestionSetOptions.MaxRecordLength"/>.</exception>
    public static async IAsyncEnumerable<CsvRecord> ReadAsync(
        TextReader text, char delimiter, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = delimiter,
            CsvStyle = CsvStyle.Lax,
            Comment = NoComment,
            BufferSize = Math.Min(1 << 16, options.MaxRecordLength),
            MaxBufferSize = options.MaxRecordLength,
            OwnsReader = false,
        };
        var line = 1;
        CsvDataReader csv;
        try
        {
            csv = await CsvDataReader.CreateAsync(text, settings, cancellationToken);
        }
        catch (CsvRecordTooLargeException exception)
        {
            throw TooLong(options, line, exception);
        }

        await using (csv)
        {
            while (await NextAsync(csv, options, line, cancellationToken))
            {
                var lines = LineEnds(csv.GetRawRecordSpan());
                var count = csv.RowFieldCount;
                var problem = count > options.MaxColumns
                    ? $"The row has {count:N0} fields; {options.MaxColumns:N0} are allowed (MaxColumns)."
                    : QuoteFault.Find(csv.GetRawRecordSpan(), delimiter, lines);
                yield return new CsvRecord(line, count > options.MaxColumns ? [] : Fields(csv), count, problem);
                line += lines;
            }
        }
    }

    private static async ValueTask<bool> NextAsync(
        CsvDataReader csv, QuestionSetOptions options, int line, CancellationToken cancellationToken)
    {
        try
        {
            return await csv.ReadAsync(cancellationToken);
        }
        catch (CsvRecordTooLargeException exception)
        {
            throw TooLong(options, line, exception);
        }
    }

    private static string[] Fields(CsvDataReader csv)
    {
        var fields = new string[csv.RowFieldCount];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = csv.GetFieldSpan(i).ToString();
        }

        return fields;
    }

    /// <summary>Line feeds, carriage returns, and pairs of them, which count once.</summary>
    private static int LineEnds(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var at = text.IndexOfAny('\r', '\n'); at >= 0; at = text.IndexOfAny('\r', '\n'))
        {
            count++;
            text = text[(at + (text[at..] is ['\r', '\n', ..] ? 2 : 1))..];
        }

        return count;
    }

    private static InputException TooLong(QuestionSetOptions options, int line, CsvRecordTooLargeException fault) =>
        new(options.FileName, $"the row that starts here is longer than {options.MaxRecordLength:N0} characters (MaxRecordLength): is a "
            + "quote not closed?", line, fault);
}
