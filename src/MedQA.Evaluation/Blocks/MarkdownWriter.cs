using System.Text;
using System.Text.RegularExpressions;

namespace MedQA.Evaluation.Blocks;

/// <summary>Blocks as Markdown. Every text is escaped: names that came with a question set never become markup.</summary>
internal static partial class MarkdownWriter
{
    public static string Write(IEnumerable<Block> blocks)
    {
        var text = new StringBuilder();
        foreach (var block in blocks.Where(static block => block is not (Plot or QuestionsLink)))
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            Write(text, block);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Block block)
    {
        switch (block)
        {
            case Heading heading:
                Line(text, $"{new string('#', heading.Level)} {Plain(heading.Text)}");
                break;
            case Paragraph paragraph:
                Line(text, Plain(paragraph.Text));
                break;
            case Note note:
                Line(text, $"> **Note:** {Plain(note.Text)}");
                break;
            case Items items:
                foreach (var item in items.Texts)
                {
                    Line(text, $"- {Plain(item)}");
                }

                break;
            case Table table:
                Line(text, $"| {string.Join(" | ", table.Columns.Select(static column => Plain(column.Name)))} |");
                Line(text, $"| {string.Join(" | ", table.Columns.Select(static column => column.Numbers ? "---:" : "---"))} |");
                foreach (var row in table.Rows)
                {
                    Line(text, $"| {string.Join(" | ", row.Select(Plain))} |");
                }

                break;
            case Verbatim verbatim:
                var fence = new string('`', Math.Max(3, 1 + LongestRunOfBackticks(verbatim.Text)));
                Line(text, $"{fence}text\n{verbatim.Text.ReplaceLineEndings("\n")}\n{fence}");
                break;
            default:
                throw new ArgumentException($"Markdown has no form for {block.GetType().Name}.", nameof(block));
        }
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Plain(string text) => Markup().Replace(LineBreaks().Replace(text, " "), static match => match.Value switch
    {
        "<" => "&lt;",
        ">" => "&gt;",
        "&" => "&amp;",
        var other => "\\" + other,
    });

    private static int LongestRunOfBackticks(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    [GeneratedRegex(@"[\\`*_\[\]{}<>&|#~!]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markup();

    [GeneratedRegex(@"[\r\n\u0085\u2028\u2029]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineBreaks();
}
