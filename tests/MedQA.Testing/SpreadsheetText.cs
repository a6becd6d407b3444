using System.Text;

namespace MedQA.Testing;

/// <summary>Texts that a spreadsheet would take for formulas, and what it makes of a file.</summary>
public static class SpreadsheetText
{
    /// <summary>Texts that begin as formulas do, also behind what spreadsheets pass over.</summary>
    public static readonly string[] Formulas =
        [.. ((string[])["", " ", "\ufeff", "\"", " \"", "\u200b", "\u034f", "\ufe0f", "\U000e0020"]).SelectMany(static before => ((string[])["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]).Select(lead => $"{before}{lead}SUM(A1)"))];

    /// <summary>The records of a CSV file.</summary>
    public static List<List<string>> Records(string csv)
    {
        var (records, cell, quoted) = (new List<List<string>> { new() }, new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted)
            {
                if (csv[i] != '"' || (i + 1 < csv.Length && csv[i + 1] == '"'))
                {
                    cell.Append(csv[i]);
                    i += csv[i] == '"' ? 1 : 0;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (csv[i] == '"')
            {
                quoted = true;
            }
            else if (csv[i] is ',' or '\n')
            {
                records[^1].Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (csv[i] == '\n')
                {
                    records.Add([]);
                }
            }
            else
            {
                cell.Append(csv[i]);
            }
        }

        Assert.True(!quoted && records[^1].Count == 0 && cell.Length == 0, "The file does not end with a record.");
        records.RemoveAt(records.Count - 1);
        return records;
    }

    /// <summary>Looks at every cell of a file: none may be a formula, and some of the texts that could be one must be there.</summary>
    /// <param name="csv">The file.</param>
    /// <param name="guarded">How many cells, at least, begin with an apostrophe.</param>
    public static void Check(string csv, int guarded)
    {
        var cells = Records(csv).SelectMany(static record => record).ToList();
        Assert.All(cells, static cell => Assert.False(cell.TrimStart(' ', '"', '\ufeff', '\u200b', '\u034f', '\ufe0f', '\udb40', '\udc20') is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', .. var rest] && !double.TryParse(cell, out _), $"A cell is '{cell}'."));
        Assert.True(cells.Count(static cell => cell.StartsWith('\'')) >= guarded, $"Only {cells.Count(static cell => cell.StartsWith('\''))} of {cells.Count} cells have an apostrophe.");
    }
}
