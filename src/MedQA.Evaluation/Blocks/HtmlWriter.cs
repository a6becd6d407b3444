using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Evaluation.Blocks;

/// <summary>
/// Blocks as one HTML file that needs nothing else: no script, no outside address, its own style, light or dark as the reader's system is.
/// </summary>
internal static class HtmlWriter
{
    private const string Style = """
        :root{color-scheme:light dark;--page:#fcfcfb;--ink:#0b0b0b;--soft:#52514e;--grid:#e1e0d9;--one:#2a78d6;--two:#eb6834;--rest:#a3a29a;--note:#fdf3d7}
        @media (prefers-color-scheme:dark){:root{--page:#1a1a19;--ink:#fff;--soft:#c3c2b7;--grid:#383835;--one:#3987e5;--two:#d95926;--rest:#74736c;--note:#3a3322}}
        *{box-sizing:border-box}
        body{background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1.5rem}
        h1{font-size:1.6rem;line-height:1.25;overflow-wrap:anywhere}
        h2{border-top:1px solid var(--grid);font-size:1.2rem;margin-top:2.5rem;padding-top:1rem}
        h3{font-size:1rem;overflow-wrap:anywhere}
        .note{background:var(--note);border-left:4px solid var(--two);padding:.5rem .8rem}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{border-bottom:1px solid var(--grid);padding:.3rem .7rem .3rem 0;text-align:left;vertical-align:top}
        th{color:var(--soft);font-weight:500}
        .number{text-align:right}
        pre{border:1px solid var(--grid);overflow-x:auto;padding:.8rem;white-space:pre-wrap}
        figure{margin:1rem 0}
        figcaption{color:var(--soft);margin-bottom:.3rem}
        svg{height:auto;max-width:100%;width:44rem}
        svg text{fill:var(--soft);font:12px system-ui,sans-serif}
        svg .name{fill:var(--ink)}
        .grid{stroke:var(--grid)}
        .axis{stroke:var(--soft)}
        .ideal{stroke:var(--soft);stroke-dasharray:4 4}
        .line-one{fill:none;stroke:var(--one);stroke-width:2}
        .line-two{fill:none;stroke:var(--two);stroke-width:2}
        .one{fill:var(--one)}
        .two{fill:var(--two)}
        .rest{fill:var(--rest)}
        .whisker{stroke:var(--one);stroke-width:2}
        @media print{h2{break-after:avoid}figure,tr{break-inside:avoid}}
        """;

    /// <summary>
    /// Only on pages with drawings whose texts are to be read on phones too: a stored page without any stays as it is, byte for byte.
    /// </summary>
    private const string StyleWithTicks = Style + """

        svg .tick,svg .point{font-size:13px}
        @media(max-width:40rem){svg .tick,svg .point{font-size:19px}}
        """;

    /// <summary>Allows the page's own style by its hash, and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } = PolicyOf(Style);

    /// <summary>Allows the style of any page that is written here.</summary>
    public static string PolicyOfAll { get; } = PolicyOf(Style, StyleWithTicks);

    private static string PolicyOf(params string[] styles) => "default-src 'none'; style-src "
        + string.Join(' ', styles.Select(
            static style => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'"))
        + "; base-uri 'none'; form-action 'none'";

    /// <summary>Writes blocks.</summary>
    /// <param name="blocks">The blocks, one of which is a heading.</param>
    /// <param name="isEarlier">
    /// Whether to write them byte for byte as the version did that folded no verbatim text and drew some bars beyond their axes.
    /// </param>
    public static string Write(IReadOnlyList<Block> blocks, bool isEarlier = false)
    {
        var title = blocks.OfType<Heading>().First().Text;
        var style = blocks.OfType<Plot>().Any(static plot => plot.Drawing.Marks.Any(
            static mark => mark.Attributes.GetValueOrDefault("class") == "tick")) ? StyleWithTicks : Style;
        var html = new StringBuilder();
        html.Append(
            $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
                + $"content=\"{PolicyOf(style)}\">\n");
        html.Append(
            $"<meta name=\"viewport\" content=\"width=device-width, "
                + $"initial-scale=1\">\n<title>{Text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n");
        for (var i = 0; i < blocks.Count; i++)
        {
            switch (blocks[i])
            {
                case Verbatim verbatim when !isEarlier:
                    Write(html, verbatim, i > 0 && blocks[i - 1] is Heading heading ? heading.Text : "Show it");
                    break;
                case Heading when !isEarlier && i + 1 < blocks.Count && blocks[i + 1] is Verbatim:
                    break;
                case Plot { Drawing.Earlier: { } drawing } plot when isEarlier:
                    Write(html, plot with { Drawing = drawing });
                    break;
                default:
                    Write(html, blocks[i]);
                    break;
            }
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Text that stays text in elements and in quoted attributes.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Write(StringBuilder html, Block block)
    {
        switch (block)
        {
            case Heading heading:
                html.Append($"<h{heading.Level}>{Text(heading.Text)}</h{heading.Level}>\n");
                break;
            case Paragraph paragraph:
                html.Append($"<p>{Text(paragraph.Text)}</p>\n");
                break;
            case Note note:
                html.Append($"<p class=\"note\">{Text(note.Text)}</p>\n");
                break;
            case Items items:
                html.Append("<ul>\n").AppendJoin("", items.Texts.Select(static item => $"<li>{Text(item)}</li>\n")).Append("</ul>\n");
                break;
            case Table table:
                Write(html, table);
                break;
            case Verbatim verbatim:
                html.Append($"<pre>{Text(verbatim.Text)}</pre>\n");
                break;
            case Plot plot:
                html.Append($"<figure>\n<figcaption>{Text(plot.Title)}</figcaption>\n");
                Write(html, plot.Drawing);
                html.Append("\n</figure>\n");
                break;
            case QuestionsLink:
                break;
            default:
                throw new ArgumentException($"HTML has no form for {block.GetType().Name}.", nameof(block));
        }
    }

    /// <summary>Writes a text that most readers do not need, folded under its heading.</summary>
    private static void Write(StringBuilder html, Verbatim verbatim, string summary) => html.Append(
        $"<details>\n<summary>{Text(summary)}</summary>\n<pre>{Text(verbatim.Text)}</pre>\n</details>\n");

    private static void Write(StringBuilder html, PlotDrawing plot)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {plot.Width:0.##} {plot.Height:0.##}\" role=\"img\" aria-label=\"{Text(plot.Description)}\">");
        foreach (var mark in plot.Marks)
        {
            html.Append('<').Append(mark.Element);
            foreach (var (name, value) in mark.Attributes)
            {
                html.Append($" {name}=\"{Text(value)}\"");
            }

            // Elements are closed as always: the files of stored runs are compared with what is written now, byte for byte.
            html.Append(
                mark is { Text: null, Hint: null } && (mark.Element != "line" || mark.Attributes["class"] == "axis") ? "/>"
                : mark.Hint is { } hint ? $"><title>{Text(hint)}</title></{mark.Element}>"
                : $">{Text(mark.Text ?? "")}</{mark.Element}>");
        }

        html.Append("</svg>");
    }

    private static void Write(StringBuilder html, Table table)
    {
        html.Append("<div class=\"wide\"><table>\n");
        var named = table.Columns.Any(static column => column.Name.Length > 0);
        if (named)
        {
            html.Append("<thead><tr>")
                .AppendJoin("", table.Columns.Select(static column => $"<th scope=\"col\"{Class(column)}>{Text(column.Name)}</th>"))
                .Append("</tr></thead>\n");
        }

        html.Append("<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            for (var column = 0; column < row.Length; column++)
            {
                html.Append(
                    !named && column == 0
                        ? $"<th scope=\"row\">{Text(row[column])}</th>"
                        : $"<td{Class(table.Columns[column])}>{Text(row[column])}</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table></div>\n");
    }

    private static string Class(Column column) => column.Numbers ? " class=\"number\"" : "";
}
