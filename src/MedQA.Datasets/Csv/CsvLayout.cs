using System.Runtime.CompilerServices;
using MedQA.Datasets.Tables;
using MedQA.Evaluation;

namespace MedQA.Datasets.Csv;

/// <summary>How a delimited file is laid out.</summary>
/// <param name="Delimiter">What separates its fields.</param>
/// <param name="HeaderLine">The line on which the header starts.</param>
/// <param name="ColumnCount">How many columns the header has.</param>
/// <param name="Columns">What the columns mean.</param>
internal sealed record CsvLayout(char Delimiter, int HeaderLine, int ColumnCount, QuestionColumns Columns)
{
    /// <summary>How much of a file is looked at to find its layout, in characters; no header is longer.</summary>
    public const int HeadLength = 1 << 16;

    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>
    /// Reads the layout from the head of a file: the separator is the one under which the header has the most columns with a meaning.
    /// </summary>
    /// <exception cref="InputException">No separator makes it the header of a question set.</exception>
    public static async Task<CsvLayout> DetectAsync(
        string head, bool isWhole, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        CsvLayout? best = null;
        (bool HasQuestion, int Fields, int Line, string Fault) worst = (false, 0, 1, "");
        var isTitle = false;
        foreach (var delimiter in Declared(head) is { } declared ? [declared] : Delimiters)
        {
            var place = 0;
            await foreach (var (record, endsWithText) in HeadersAsync(head, delimiter, options, cancellationToken))
            {
                if (!isWhole && endsWithText && place == 0)
                {
                    var hint = head.AsSpan().ContainsAny('\r', '\n')
                        ? ""
                        : " It has no line break at all: curl -d takes them out of a file; send it with --data-binary @FILE.";
                    throw new InputException(
                        options.FileName,
                        $"the header is longer than {HeadLength:N0} characters; a question set begins with a line of column names.{hint}",
                        record.Line);
                }

                var fault = record.Problem ?? "";
                var columns = record.Problem is null && (isWhole || !endsWithText)
                    ? QuestionColumns.Recognize(record.Fields, out fault, options.Map)
                    : null;
                var isHeader = columns is not null && (place == 0 || columns.IsHeaderBelowTitle);
                if (isHeader && columns!.Count > (best?.Columns.Count ?? 0))
                {
                    best = new CsvLayout(delimiter, record.Line, record.FieldCount, columns);
                }
                else if (fault.Length > 0
                    && (place == 0 || (isTitle && !HeaderNames.IsTitle(record.Fields)) || HeaderNames.IsHeader(record.Fields))
                    && (HeaderNames.IsHeader(record.Fields), record.FieldCount + (isTitle ? 1 : 0)) is var rank
                    && rank.CompareTo((worst.HasQuestion, worst.Fields)) > 0)
                {
                    worst = (rank.Item1, record.FieldCount, record.Line, char.ToLowerInvariant(fault[0]) + fault[1..]);
                }

                isTitle = place == 0 ? HeaderNames.IsTitle(record.Fields) : isTitle && HeaderNames.IsTitle(record.Fields);

                if (isHeader || ++place == QuestionColumns.MaxTitleRows)
                {
                    break;
                }
            }
        }

        return best ?? (worst.Fields > 0
            ? throw new InputException(options.FileName, worst.Fault, worst.Line)
            : throw new InputException(options.FileName, "the file is empty."));
    }

    /// <summary>
    /// Returns the separator that a first line such as <c>sep=;</c> names, as table software writes it, in quotes or without.
    /// </summary>
    private static char? Declared(string head)
    {
        var quote = head.StartsWith('"') ? 1 : 0;
        var rest = head.AsSpan(quote);
        return rest.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && rest.Length > 5
            + quote && rest[4] is ',' or ';' or '\t' or '|' && (quote == 0 || rest[5] == '"')
            && rest[5 + quote] is '\r' or '\n'
            ? rest[4]
            : null;
    }

    /// <summary>
    /// Returns the records that may be the header, with whether the text ends with them: the first that is not blank, and those below it
    /// where that is a title.
    /// </summary>
    private static async IAsyncEnumerable<(CsvRecord Record, bool EndsWithText)> HeadersAsync(
        string head, char delimiter, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = new StringReader(head);
        CsvRecord? last = null;
        await foreach (var record in CsvRecords.ReadAsync(
            text, delimiter, options with { MaxRecordLength = HeadLength + 1024 }, cancellationToken))
        {
            if (last is { } found)
            {
                yield return (found, false);
                last = null;
            }

            if ((!record.Fields.All(string.IsNullOrWhiteSpace) || record.FieldCount > options.MaxColumns)
                && !(record.Line == 1 && Declared(head) is not null))
            {
                last = record;
            }
        }

        if (last is { } end)
        {
            yield return (end, true);
        }
    }
}
