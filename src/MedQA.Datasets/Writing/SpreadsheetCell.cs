using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MedQA.Datasets.Writing;

/// <summary>Text for cells that people open in spreadsheet software.</summary>
internal static partial class SpreadsheetCell
{
    /// <summary>
    /// What a formula begins with, also as the wide and small forms that some programs take for the same sign, and what cuts a cell off.
    /// </summary>
    private static readonly SearchValues<char> Leads = SearchValues.Create("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫");

    /// <summary>
    /// Text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP's page on CSV injection advises: text that
    /// begins with =, +, -, @, a tab or a line's end, also after blanks, quotation marks and characters without a width, which
    /// spreadsheets pass over. A text that is a number, such as -1.5, stays one.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Neutralized(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsFormula(text) ? "'" + text : text;
    }

    private static bool IsFormula(string text)
    {
        foreach (var letter in text.EnumerateRunes())
        {
            if (letter.IsBmp && Leads.Contains((char)letter.Value))
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

    private static bool IsPassedOver(Rune letter) =>
        letter.Value is '"' || Rune.IsWhiteSpace(letter) || IsIgnorable(letter.Value) || Rune.GetUnicodeCategory(letter)
            is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    /// <summary>
    /// What Unicode has shown as nothing (Default_Ignorable_Code_Point of DerivedCoreProperties.txt) though its category is a letter's or
    /// none: the fillers of Hangul, and what is kept free for further characters of the kind.
    /// </summary>
    private static bool IsIgnorable(int letter) =>
        letter is 0x115F or 0x1160 or 0x2065 or 0x3164 or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);

    [GeneratedRegex(
        @"\A *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
