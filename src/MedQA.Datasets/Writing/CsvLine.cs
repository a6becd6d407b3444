using System.Buffers;
using System.Globalization;
using System.Text;

namespace MedQA.Datasets.Writing;

/// <summary>
/// Writes CSV (RFC 4180: commas, CRLF, quotes only where they are needed, also by readers that separate by semicolons or tabs) that a
/// spreadsheet opens without running anything, see <see cref="SpreadsheetCell"/>.
/// </summary>
public static class CsvLine
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;\t\r\n");

    /// <summary>One record with its line ending.</summary>
    /// <param name="cells">Texts are neutralized; numbers and truth values are written as they are.</param>
    public static string Of(params ReadOnlySpan<object?> cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
        }

        return line.Append("\r\n").ToString();
    }

    /// <summary>
    /// One record with its line ending, whose texts are written unchanged: for files that this assembly reads again, not for people.
    /// </summary>
    /// <param name="cells">The texts.</param>
    internal static string Verbatim(IEnumerable<string?> cells) =>
        $"{string.Join(',', cells.Select(static cell => Quote(cell ?? "")))}\r\n";

    private static string Cell(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        IFormattable number when value is not Enum && Type.GetTypeCode(value.GetType()) is >= TypeCode.SByte and <= TypeCode.Decimal =>
            number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(SpreadsheetCell.Neutralized(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")),
    };

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
