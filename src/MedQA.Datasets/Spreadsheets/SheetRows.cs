using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Spreadsheets;

/// <summary>A row of a sheet.</summary>
/// <param name="Number">Its number in the sheet, from 1.</param>
/// <param name="Cells">The texts of its cells from column A on.</param>
/// <param name="Problem">What is wrong with it, or <see langword="null"/>.</param>
internal readonly record struct SheetRow(int Number, IReadOnlyList<string> Cells, string? Problem);

/// <summary>Reads the texts of a workbook's cells, one row at a time.</summary>
internal static class SheetRows
{
    /// <summary>Reads the workbook's table of texts, which cells name by number.</summary>
    public static async Task<IReadOnlyList<string>> SharedTextsAsync(WorkbookPart workbook, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        if (workbook.SharedStringTablePart is { } part)
        {
            using var source = new Source(part, options);
            while (await source.ToAsync("si", cancellationToken))
            {
                texts.Add(await source.TextAsync("si"));
            }
        }

        return texts;
    }

    /// <summary>Reads the rows of a sheet; rows without cells are left out.</summary>
    public static async IAsyncEnumerable<SheetRow> ReadAsync(
        WorksheetPart sheet, IReadOnlyList<string> shared, QuestionSetOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var source = new Source(sheet, options);
        var number = 0;
        while (await source.ToAsync("row", cancellationToken))
        {
            number = int.TryParse(source.Xml.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > number ? given : number + 1;
            yield return await RowAsync(source, number, shared, options);
        }
    }

    private static async Task<SheetRow> RowAsync(Source source, int number, IReadOnlyList<string> shared, QuestionSetOptions options)
    {
        var xml = source.Xml;
        var cells = new List<string>();
        string? problem = null;
        var column = -1;
        if (xml.IsEmptyElement)
        {
            return new SheetRow(number, cells, null);
        }

        while (await xml.ReadAsync() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "row"))
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "c")
            {
                continue;
            }

            column = xml.GetAttribute("r") is { } reference && ColumnOf(reference) is { } named ? named : column + 1;
            var type = xml.GetAttribute("t");
            var text = await source.TextAsync("c");
            if (column >= options.MaxColumns)
            {
                problem = $"The row has a cell in column {column + 1:N0}; {options.MaxColumns:N0} columns are allowed (MaxColumns).";
                continue;
            }

            while (cells.Count <= column)
            {
                cells.Add("");
            }

            if (type == "s")
            {
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < shared.Count)
                {
                    text = shared[place];
                }
                else
                {
                    problem = $"A cell names text '{Excerpt.Of(text)}' of the workbook's {shared.Count}.";
                }
            }

            cells[column] = text;
        }

        return new SheetRow(number, cells, problem);
    }

    /// <summary>The 0-based column of a reference such as AB12.</summary>
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

    /// <summary>The XML of one part of a workbook, with no document type and no more text at once than a record may have.</summary>
    private sealed class Source : IDisposable
    {
        private readonly StreamReader _text;
        private readonly BoundedText _bounded;

        public Source(OpenXmlPart part, QuestionSetOptions options)
        {
            _text = new StreamReader(part.GetStream(FileMode.Open, FileAccess.Read), Encoding.UTF8);
            _bounded = new BoundedText(_text, options.MaxRecordLength);
            Xml = XmlReader.Create(_bounded, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreWhitespace = false });
        }

        public XmlReader Xml { get; }

        /// <summary>Goes to the next element of a name.</summary>
        public async Task<bool> ToAsync(string name, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _bounded.Restart();
            while (await Xml.ReadAsync())
            {
                if (Xml.NodeType == XmlNodeType.Element && Xml.LocalName == name)
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>The text in the current element: of a value or of text runs, without the hints for pronunciation.</summary>
        public async Task<string> TextAsync(string element)
        {
            if (Xml.IsEmptyElement)
            {
                return "";
            }

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
                        break;
                    case XmlNodeType.EndElement:
                        isText = false;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when isText && hint == int.MaxValue:
                        text.Append(await Xml.GetValueAsync());
                        break;
                }
            }

            return text.ToString();
        }

        public void Dispose()
        {
            Xml.Dispose();
            _bounded.Dispose();
            _text.Dispose();
        }
    }
}
