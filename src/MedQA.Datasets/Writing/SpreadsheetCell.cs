using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MedQA.Datasets.Writing;

/// <summary>Text for cells that people open in spreadsheet software.</summary>
public static partial class SpreadsheetCell
{
    /// <summary>What a formula begins with, also as the wide and small forms that some programs take for the same sign, and what cuts a cell off.</summary>
    private static readonly SearchValues<char> Leads = SearchValues.Create("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫");

    /// <summary>
    /// Text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP's page on CSV injection advises: text that begins
    /// with =, +, -, @, a tab or a line's end, also behind blanks, quotation marks and characters without a width, which spreadsheets pass
    /// over. A text that is a number, such as -1.5, stays one.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Neutralized(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsFormula(text) ? "'" + text : text;
    }

    private static bool IsFormula(string text)
    {
        foreach (var letter in text)
        {
            if (Leads.Contains(letter))
            {
                return !Number().IsMatch(text);
            }

            if (!IsPassedOver(letter))
            {
                return false;
            }
        }

        return false;
    }

    private static bool IsPassedOver(char letter) =>
        letter is '"' || char.IsWhiteSpace(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.Control;

    [GeneratedRegex(@"\A *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
