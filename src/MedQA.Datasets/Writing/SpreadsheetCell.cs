namespace MedQA.Datasets.Writing;

/// <summary>Text for cells that people open in spreadsheet software.</summary>
public static class SpreadsheetCell
{
    /// <summary>Text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP's page on CSV injection advises: text that begins with =, +, −, @, a tab or a carriage return.</summary>
    public static string Neutralized(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..] ? "'" + text : text;
    }
}
