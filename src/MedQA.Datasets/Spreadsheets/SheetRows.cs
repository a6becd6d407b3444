using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Spreadsheets;

/// <summary>A row of a sheet.</summary>
/// <param name="Number">Its number in the sheet, from 1.</param>
/// <param name="Cells">The texts of its cells from column A on.</param>
/// <param name="Problem">What is wrong with it, or <see langword="null"/>.</param>
/// <param name="Faults">What is wrong with single cells, by their column from 0.</param>
internal readonly record struct SheetRow(
    int Number, IReadOnlyList<string> Cells, string? Problem, IReadOnlyList<(int Column, string Problem)> Faults);

/// <summary>Cells of one column that are merged over several rows, and show what the first of them holds.</summary>
/// <param name="Column">The column, from 0: the first of several.</param>
/// <param name="First">The first row, from 1.</param>
/// <param name="Last">The last row.</param>
internal readonly record struct MergedRows(int Column, int First, int Last);

/// <summary>What the cells of a workbook are read by.</summary>
/// <param name="Texts">The texts that cells name by number.</param>
/// <param name="Formats">The number format of each cell style.</param>
/// <param name="From1904">Whether days are counted from 1904.</param>
internal sealed record CellContents(IReadOnlyList<string> Texts, IReadOnlyList<NumberFormat> Formats, bool From1904);

/// <summary>Reads the texts of a workbook's cells, one row at a time.</summary>
internal static partial class SheetRows
{
    /// <summary>Reads what the cells of a workbook refer to.</summary>
    public static async Task<CellContents> ContentsAsync(
        WorkbookPart workbook, QuestionSetOptions options, CancellationToken cancellationToken) => new(
        await SharedTextsAsync(workbook, options, cancellationToken),
        Formats(workbook.WorkbookStylesPart?.Stylesheet),
        workbook.Workbook?.WorkbookProperties?.Date1904?.Value ?? false);

    private static List<NumberFormat> Formats(Stylesheet? styles)
    {
        var codes = new Dictionary<uint, string?>();
        foreach (var format in styles?.NumberingFormats?.Elements<NumberingFormat>() ?? [])
        {
            codes.TryAdd(format.NumberFormatId?.Value ?? 0, format.FormatCode?.Value);
        }

        return [.. (styles?.CellFormats?.Elements<CellFormat>() ?? []).Select(cell =>
            NumberFormat.Of((int)(cell.NumberFormatId?.Value ?? 0), codes.GetValueOrDefault(cell.NumberFormatId?.Value ?? 0)))];
    }

    /// <summary>Reads the workbook's table of texts, which cells name by number.</summary>
    private static async Task<IReadOnlyList<string>> SharedTextsAsync(
        WorkbookPart workbook, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        if (workbook.SharedStringTablePart is { } part)
        {
            using var source = new Source(part, options);
            while (await source.ToAsync("si", cancellationToken))
            {
                texts.Add(Unescaped((await source.TextAsync("si")).Text));
            }
        }

        return texts;
    }

    /// <summary>Reads which cells of a sheet are merged over several rows. They are listed after all rows.</summary>
    public static async Task<IReadOnlyList<MergedRows>> MergedAsync(
        WorksheetPart sheet, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        using var source = new Source(sheet, options);
        var merged = new List<MergedRows>();
        while (await source.ToAsync("mergeCell", cancellationToken, passing: "row"))
        {
            if (source.Xml.GetAttribute("ref")?.Split(':') is [var start, var end] && ColumnOf(start) is { } column
                && RowOf(start) is { } first && RowOf(end) is { } last && last > first)
            {
                merged.Add(new MergedRows(column, first, last));
            }
        }

        return merged;
    }

    /// <summary>Reads the rows of a sheet; rows without cells are left out.</summary>
    public static async IAsyncEnumerable<SheetRow> ReadAsync(
        WorksheetPart sheet,
        CellContents contents,
        QuestionSetOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var source = new Source(sheet, options);
        var number = 0;
        while (await source.ToAsync("row", cancellationToken))
        {
            number = int.TryParse(source.Xml.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                && given > number ? given : number + 1;
            yield return await RowAsync(source, number, contents, options);
        }
    }

    private static async Task<SheetRow> RowAsync(Source source, int number, CellContents contents, QuestionSetOptions options)
    {
        var xml = source.Xml;
        var cells = new List<string>();
        var faults = new List<(int Column, string Problem)>();
        string? problem = null;
        var column = -1;
        if (xml.IsEmptyElement)
        {
            return new SheetRow(number, cells, null, []);
        }

        while (await xml.ReadAsync() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "row"))
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "c")
            {
                continue;
            }

            column = xml.GetAttribute("r") is { } reference && ColumnOf(reference) is { } named ? named : column + 1;
            var type = xml.GetAttribute("t");
            var style = xml.GetAttribute("s");
            var (text, hasFormula) = await source.TextAsync("c");
            if (column >= options.MaxColumns)
            {
                problem = $"The row has a cell in column {column + 1:N0}; {options.MaxColumns:N0} columns are allowed (MaxColumns).";
                continue;
            }

            while (cells.Count <= column)
            {
                cells.Add("");
            }

            if (type == "s"
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < contents.Texts.Count))
            {
                problem = $"A cell refers to text '{Excerpt.Of(text)}', but the workbook has {contents.Texts.Count}.";
            }
            else if (text.Length == 0 && hasFormula)
            {
                faults.Add((column, "holds a formula without its value; open the workbook in a spreadsheet program and save it again."));
            }
            else if (Shown(type, text, style, contents) is { } shown)
            {
                text = shown;
            }
            else
            {
                faults.Add(
                    (column, $"holds {Excerpt.Of(text)} in the number format '{Excerpt.Of(FormatOf(style, contents).Code)}', which is not "
                        + "read; give the cell the format Text and write what it shows."));
            }

            cells[column] = text;
        }

        return new SheetRow(number, cells, problem, faults);
    }

    /// <summary>
    /// Returns what a spreadsheet program shows for a cell; <see langword="null"/> if its number format is none that is read.
    /// </summary>
    private static string? Shown(string? type, string text, string? style, CellContents contents)
    {
        switch (type)
        {
            case "s":
                return contents.Texts[int.Parse(text, CultureInfo.InvariantCulture)];
            case "b":
                return text.Trim() switch { "1" => "TRUE", "0" => "FALSE", var other => other };
            case "str" or "inlineStr" or "e":
                return Unescaped(text);
            case "d" when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var when):
                return FormatOf(style, contents) is var format && format != NumberFormat.General
                    ? format.Text(
                        (when - (contents.From1904 ? new DateTime(1904, 1, 1) : new DateTime(1899, 12, 30))).TotalDays, contents.From1904)
                    : text;
            default:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? FormatOf(style, contents).Text(number, contents.From1904)
                    : text;
        }
    }

    private static NumberFormat FormatOf(string? style, CellContents contents) =>
        int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < contents.Formats.Count
            ? contents.Formats[place]
            : NumberFormat.General;

    /// <summary>
    /// Returns a text with the characters that a workbook writes as _xHHHH_; a line ends with a line feed, as people typed it.
    /// </summary>
    private static string Unescaped(string text) =>
        text.Contains("_x", StringComparison.Ordinal)
            ? Escape().Replace(
                text,
                static match => ((char)int.Parse(
                    match.Groups["code"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString())
                .Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;

    [GeneratedRegex("_x(?<code>[0-9A-Fa-f]{4})_", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();

    /// <summary>Returns the 0-based column of a reference such as AB12.</summary>
    private static int? ColumnOf(string reference)
    {
        var column = 0;
        var letters = 0;
        while (letters < reference.Length && char.IsAsciiLetterUpper(reference[letters]) && letters < 4)
        {
            column = (column * 26) + reference[letters++] - 'A' + 1;
        }

        return letters > 0 ? column - 1 : null;
    }

    private static int? RowOf(string reference) =>
        int.TryParse(
            reference.AsSpan().TrimStart("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? row
            : null;

    /// <summary>The XML of one part of a workbook, with no document type and no more text at once than a record may have.</summary>
    private sealed class Source : IDisposable
    {
        private readonly StreamReader _text;
        private readonly BoundedText _bounded;

        public Source(OpenXmlPart part, QuestionSetOptions options)
        {
            _text = new StreamReader(part.GetStream(FileMode.Open, FileAccess.Read), Encoding.UTF8);
            _bounded = new BoundedText(_text, options.MaxRecordLength);
            Xml = XmlReader.Create(
                _bounded,
                new XmlReaderSettings
                {
                    Async = true,
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    IgnoreComments = true,
                    IgnoreWhitespace = false
                });
        }

        public XmlReader Xml { get; }

        /// <summary>Goes to the next element of a name, however many others it passes that may each be as long as a record.</summary>
        public async Task<bool> ToAsync(string name, CancellationToken cancellationToken, string? passing = null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _bounded.Restart();
            while (await Xml.ReadAsync())
            {
                if (Xml.NodeType == XmlNodeType.Element && Xml.LocalName == name)
                {
                    return true;
                }

                if (Xml.NodeType == XmlNodeType.Element && Xml.LocalName == passing)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    _bounded.Restart();
                }
            }

            return false;
        }

        /// <summary>
        /// Returns the text in the current element: of a value or of text runs, without the hints for pronunciation; and whether there is a
        /// formula beside it.
        /// </summary>
        public async Task<(string Text, bool HasFormula)> TextAsync(string element)
        {
            if (Xml.IsEmptyElement)
            {
                return ("", false);
            }

            var hasFormula = false;

            var text = new StringBuilder();
            var isText = false;
            var depth = Xml.Depth;
            var hint = int.MaxValue;
            while (await Xml.ReadAsync() && !(Xml.NodeType == XmlNodeType.EndElement && Xml.Depth == depth && Xml.LocalName == element))
            {
                switch (Xml.NodeType)
                {
                    case XmlNodeType.Element when Xml.LocalName == "rPh" && !Xml.IsEmptyElement:
                        hint = Math.Min(hint, Xml.Depth);
                        break;
                    case XmlNodeType.EndElement when Xml.Depth == hint:
                        hint = int.MaxValue;
                        break;
                    case XmlNodeType.Element:
                        isText = !Xml.IsEmptyElement && Xml.LocalName is "t" or "v";
                        hasFormula |= Xml.LocalName == "f";
                        break;
                    case XmlNodeType.EndElement:
                        isText = false;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace
                        or XmlNodeType.SignificantWhitespace when isText && hint == int.MaxValue:
                        text.Append(await Xml.GetValueAsync());
                        break;
                }
            }

            return (text.ToString(), hasFormula);
        }

        public void Dispose()
        {
            Xml.Dispose();
            _bounded.Dispose();
            _text.Dispose();
        }
    }
}
