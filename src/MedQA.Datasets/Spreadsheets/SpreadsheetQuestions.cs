using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using MedQA.Datasets.Sources;
using MedQA.Datasets.Tables;
using MedQA.Evaluation;

namespace MedQA.Datasets.Spreadsheets;

/// <summary>Reads the one sheet of an xlsx workbook that has the header of a question set.</summary>
internal static class SpreadsheetQuestions
{
    private const int MaxParts = 10_000;

    /// <summary>The archive's table of contents is read whole, so that the file's size bounds its memory.</summary>
    private const int MaxPackedBytes = 64 << 20;

    /// <summary>
    /// Checks a ZIP archive's table of contents before anything is unpacked: whether it is a workbook, and how much it holds.
    /// </summary>
    /// <exception cref="InputException">It is not a workbook, is damaged, or unpacks to more than the limit.</exception>
    public static void Check(SourceFile file, QuestionSetOptions options)
    {
        if (file.Length > MaxPackedBytes)
        {
            throw new InputException(options.FileName, $"the archive is larger than {MaxPackedBytes:N0} bytes; save the questions as CSV.");
        }

        try
        {
            using var archive = new ZipArchive(file.Rewind(), ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Count > MaxParts)
            {
                throw new InputException(
                    options.FileName, $"the archive has {archive.Entries.Count:N0} parts; a workbook may have {MaxParts:N0}.");
            }

            var unpacked = archive.Entries.Aggregate(Int128.Zero, static (sum, entry) => sum + (ulong)entry.Length);
            if (unpacked > options.MaxUnpackedBytes)
            {
                throw new InputException(
                    options.FileName,
                    $"the workbook unpacks to {unpacked:N0} bytes; {options.MaxUnpackedBytes:N0} are allowed (MaxUnpackedBytes).");
            }

            var kind = archive.GetEntry("xl/workbook.bin") is not null ? "a binary Excel workbook (xlsb)"
                : archive.GetEntry("word/document.xml") is not null ? "a Word document (docx)"
                : archive.GetEntry("mimetype") is not null && archive.GetEntry("content.xml") is not null
                ? "an OpenDocument file (ods, odt)"
                : null;
            if (kind is not null)
            {
                throw new InputException(options.FileName, $"the file is {kind}: save the sheet with the questions as xlsx or CSV.");
            }

            if (archive.GetEntry("xl/workbook.xml") is null)
            {
                throw new InputException(options.FileName, "the file is a ZIP archive, but no xlsx workbook; unpack it first.");
            }
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(options, exception);
        }
    }

    /// <summary>Reads every row below the header.</summary>
    /// <exception cref="InputException">No sheet, or more than one, holds questions; the workbook is damaged; a row is too
    /// long.</exception>
    public static async IAsyncEnumerable<SourceRecord> ReadAsync(
        SourceFile file, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var workbook = Guarded(
            options,
            () => SpreadsheetDocument.Open(
                file.Rewind(), isEditable: false, new OpenSettings { MaxCharactersInPart = options.MaxRecordLength }));
        var (sheet, columns, header, contents) = await GuardedAsync(options, () => FindAsync(workbook, options, cancellationToken));
        var merged = await GuardedAsync(options, () => SheetRows.MergedAsync(sheet, options, cancellationToken));
        var shared = new SharedCells(merged, [.. columns.Contexts, columns.Topic, columns.Dataset]);
        var number = 0;
        await using var rows = SheetRows.ReadAsync(sheet, contents, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await GuardedAsync(options, () => rows.MoveNextAsync().AsTask()))
        {
            var row = rows.Current;
            if (row.Number <= header.Number)
            {
                continue;
            }

            var problem = row.Problem
                ?? row.Faults.Where(fault => columns.Reads(fault.Column))
                    .Select(fault => $"The cell under '{Excerpt.Of(columns.Names[fault.Column])}' {fault.Problem}")
                    .FirstOrDefault();
            var record = problem is null
                ? TableRow.Read(
                    columns, shared.Filled(row.Number, Filled(row.Cells, header.Cells.Count)), header.Cells.Count,
                    row.Number, number + 1, options)
                : new SourceRecord { Line = row.Number, Number = number + 1, Problem = problem };
            if (record is not null)
            {
                number++;
                yield return record;
            }
        }
    }

    private static async Task<(WorksheetPart Sheet, QuestionColumns Columns, SheetRow Header, CellContents Contents)> FindAsync(
        SpreadsheetDocument document, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var workbook = document.WorkbookPart ?? throw new InputException(options.FileName, "the workbook has no sheets.");
        var contents = await SheetRows.ContentsAsync(workbook, options, cancellationToken);
        (WorksheetPart, QuestionColumns, SheetRow)? found = null;
        string? foundName = null;
        var firstFault = "the workbook has no sheet with a row in it.";
        foreach (var sheet in workbook.Workbook.Sheets?.Elements<Sheet>() ?? [])
        {
            if (sheet.Id?.Value is not { } id || !workbook.TryGetPartById(id, out var part) || part is not WorksheetPart worksheet)
            {
                continue;
            }

            if (await HeaderAsync(worksheet, contents, options, cancellationToken) is not { } found2)
            {
                continue;
            }

            var (row, columns, fault) = found2;
            var name = Excerpt.Of(sheet.Name?.Value ?? "");
            if (columns is not null && sheet.State?.Value is { } state && state != SheetStateValues.Visible)
            {
                options.Noted?.Invoke($"Sheet '{name}' holds questions, but is hidden: it is left out.");
                firstFault = firstFault.StartsWith("sheet", StringComparison.Ordinal)
                    ? firstFault
                    : $"sheet '{name}' holds questions, but is hidden; unhide it.";
            }
            else if (columns is null)
            {
                firstFault = firstFault.StartsWith("sheet", StringComparison.Ordinal) ? firstFault : $"sheet '{name}': {fault}";
            }
            else if (found is not null)
            {
                throw new InputException(
                    options.FileName, $"sheets '{foundName}' and '{name}' both hold questions; save each to its own file.");
            }
            else
            {
                (found, foundName) = ((worksheet, columns, row), name);
            }
        }

        return found is var (questions, meaning, first)
            ? (questions, meaning, first, contents)
            : throw new InputException(options.FileName, firstFault);
    }

    /// <summary>
    /// Returns the header of a sheet: its first row with a text or, where that is a title, one of the rows below it that is a header.
    /// </summary>
    private static async Task<(SheetRow Row, QuestionColumns? Columns, string Fault)?> HeaderAsync(
        WorksheetPart sheet, CellContents contents, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        (SheetRow, QuestionColumns?, string)? first = null;
        var looked = 0;
        await foreach (var row in SheetRows.ReadAsync(sheet, contents, options, cancellationToken))
        {
            if (!row.Cells.Any(static cell => !string.IsNullOrWhiteSpace(cell)))
            {
                continue;
            }

            var columns = QuestionColumns.Recognize(row.Cells, out var fault, options.Map);
            if (columns is not null && (looked == 0 || columns.IsHeaderBelowTitle))
            {
                return (row, columns, "");
            }

            // What is wrong with a header that has a question is worth more than that a title has none.
            first = first is not (var title, _, _) || (!HeaderNames.IsHeader(title.Cells) && HeaderNames.IsHeader(row.Cells))
                || (HeaderNames.IsTitle(title.Cells) && !HeaderNames.IsTitle(row.Cells)) ? (row, null, fault) : first;
            if (++looked == QuestionColumns.MaxTitleRows)
            {
                break;
            }
        }

        return first;
    }

    /// <summary>Cells after the last one with a text are not stored.</summary>
    private static IReadOnlyList<string> Filled(IReadOnlyList<string> cells, int count) =>
        cells.Count >= count ? cells : [.. cells, .. Enumerable.Repeat("", count - cells.Count)];

    private static T Guarded<T>(QuestionSetOptions options, Func<T> opening)
    {
        try
        {
            return opening();
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(options, exception);
        }
    }

    private static async Task<T> GuardedAsync<T>(QuestionSetOptions options, Func<Task<T>> reading)
    {
        try
        {
            return await reading();
        }
        catch (BoundedText.RecordTooLongException exception)
        {
            throw new InputException(
                options.FileName,
                $"a row of the workbook is longer than {options.MaxRecordLength:N0} characters (MaxRecordLength).",
                inner: exception);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw Damaged(options, exception);
        }
    }

    /// <summary>What the library and the archive throw for parts that are not as the format says.</summary>
    private static bool IsDamage(Exception fault) =>
        fault is OpenXmlPackageException or InvalidDataException or XmlException or FormatException or IOException or ArgumentException
            or InvalidOperationException or NotSupportedException or KeyNotFoundException or NullReferenceException or UriFormatException
            or IndexOutOfRangeException;

    private static InputException Damaged(QuestionSetOptions options, Exception fault) =>
        new(options.FileName, "the xlsx workbook is damaged.", inner: fault);
}
