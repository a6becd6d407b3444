using System.Text.RegularExpressions;

namespace MedQA.Cli.Terminal;

/// <summary>
/// A report in Markdown, as medqa and its services write it. A file or pipe gets it as it is; a terminal gets its text, without escapes and
/// with the tables drawn.
/// </summary>
internal static partial class MarkdownDocument
{
    private const string Note = "> **Note:** ";

    /// <summary>Writes a report to the standard output.</summary>
    public static void Write(HostConsole console, string markdown)
    {
        if (!console.Output.Profile.Out.IsTerminal)
        {
            console.Line(markdown);
            return;
        }

        string? fence = null;
        var rows = new List<string[]>();
        foreach (var line in markdown.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Append(""))
        {
            if (fence is null && line.StartsWith("| ", StringComparison.Ordinal))
            {
                rows.Add([.. line[2..^2].Split(" | ").Select(Plain)]);
                continue;
            }

            WriteTable(console, rows);
            rows.Clear();
            if (fence is not null)
            {
                fence = line == fence ? null : fence;
                if (fence is not null)
                {
                    console.Line(line);
                }
            }
            else if (Fence().Match(line) is { Success: true } opening)
            {
                fence = opening.Groups["fence"].Value;
            }
            else
            {
                var text = line.StartsWith(Note, StringComparison.Ordinal) ? $"Note: {Plain(line[Note.Length..])}"
                    : Heading().Match(line) is { Success: true } heading ? Underlined(Plain(line[heading.Length..]), heading.Length - 1)
                    : Plain(line);
                console.Line(string.Join('\n', TextLines.Of(text, console.Output.Profile.Width)));
            }
        }
    }

    private static void WriteTable(HostConsole console, List<string[]> rows)
    {
        // The second row of Markdown's tables has the columns' alignment.
        if (rows is not [var names, var alignments, .. var cells])
        {
            return;
        }

        var table = new TextTable([.. names.Select((name, at) => new TextColumn(name, alignments[at].EndsWith(':')))]);
        foreach (var row in cells)
        {
            table.Add(row);
        }

        table.Write(console.Output);
    }

    private static string Underlined(string title, int level) =>
        level > 2 ? title : $"{title}\n{new string(level == 1 ? '=' : '-', title.Length)}";

    /// <summary>Takes back the escapes of Markdown's writer.</summary>
    private static string Plain(string text) => Escape().Replace(text, static match => match.Value switch
    {
        "&lt;" => "<",
        "&gt;" => ">",
        "&amp;" => "&",
        var escaped => escaped[1..],
    });

    [GeneratedRegex(@"\\[\\`*_\[\]{}|#~!]|&(?:lt|gt|amp);", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    [GeneratedRegex("^(?<fence>`{3,})text$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("^#{1,6} ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();
}
