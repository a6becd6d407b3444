using Spectre.Console;
using Spectre.Console.Rendering;

namespace MedQA.Cli.Terminal;

/// <summary>
/// A table for people. Its lines break between words, or after the hyphens of names if there is no other way. A table that is too wide even
/// then is written as a paragraph per row.
/// </summary>
/// <param name="columns">Their headings; empty ones for a table of names and values.</param>
internal sealed class TextTable(params TextColumn[] columns)
{
    // Two spaces and a border for each column, and one more border.
    private const int FramePerColumn = 3;
    private const string Indent = "  ";
    private const string Separator = " · ";

    private readonly List<string[]> _rows = [];

    /// <summary>Creates a table of names and values.</summary>
    public static TextTable OfValues() => new(new TextColumn(""), new TextColumn(""));

    /// <summary>Adds a row: a cell for each column.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table.</summary>
    public void Write(IAnsiConsole console)
    {
        var width = console.Profile.Width;
        if ((Widths(width, afterHyphens: false) ?? Widths(width, afterHyphens: true)) is not { } widths)
        {
            WriteParagraphs(console);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = HasHeadings };
        for (var at = 0; at < columns.Length; at++)
        {
            table.AddColumn(new TableColumn(Cell(columns[at].Name, at))
            {
                Width = widths[at],
                Alignment = columns[at].Numbers ? Justify.Right : Justify.Left,
            });
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(Cell));
        }

        console.Write(table);

        IRenderable Cell(string text, int at) => new Text(string.Join('\n', TextLines.Of(text, widths[at])));
    }

    private bool HasHeadings => columns.Any(static column => column.Name.Length > 0);

    /// <summary>Returns the columns' widths, or <see langword="null"/> if a word would have to be broken.</summary>
    private int[]? Widths(int width, bool afterHyphens)
    {
        string[][] lines = HasHeadings ? [[.. columns.Select(static column => column.Name)], .. _rows] : [.. _rows];
        var room = width - (FramePerColumn * columns.Length) - 1;
        var widths = Widest(static cell => cell.Split('\n'));
        var least = Widest(cell => cell.Split(' ', '\n').SelectMany(word => afterHyphens ? TextLines.PartsOf(word) : [word]));
        if (!HasHeadings)
        {
            // Names stay in one line. A value may be a path or a fingerprint that no line has room for.
            least[0] = Math.Min(widths[0], Math.Max(1, room / 2));
            least[^1] = Math.Min(least[^1], Math.Max(1, room - least[..^1].Sum()));
        }

        if (least.Sum() > room)
        {
            return null;
        }

        while (widths.Sum() > room)
        {
            widths[Enumerable.Range(0, widths.Length).Where(at => widths[at] > least[at]).MaxBy(at => widths[at])]--;
        }

        return widths;

        int[] Widest(Func<string, IEnumerable<string>> partsOf) =>
            [.. columns.Select((_, at) => lines.SelectMany(line => partsOf(line[at])).Select(TextLines.WidthOf).Append(1).Max())];
    }

    private void WriteParagraphs(IAnsiConsole console)
    {
        foreach (var row in _rows)
        {
            console.Profile.Out.Writer.WriteLine(row[0]);
            var line = Indent;
            foreach (var (column, cell) in columns.Zip(row).Skip(1).Where(static pair => pair.Second.Length > 0))
            {
                var fact = (column.Name.Length > 0 ? $"{column.Name}: {cell}" : cell).ReplaceLineEndings(" ");
                if (line.Length > Indent.Length && TextLines.WidthOf(line + Separator + fact) > console.Profile.Width)
                {
                    console.Profile.Out.Writer.WriteLine(line);
                    line = Indent;
                }

                line += line.Length > Indent.Length ? Separator + fact : fact;
                string[] wrapped = [.. TextLines.Of(line[Indent.Length..], console.Profile.Width - Indent.Length)];
                foreach (var whole in wrapped[..^1])
                {
                    console.Profile.Out.Writer.WriteLine(Indent + whole);
                }

                line = Indent + wrapped[^1];
            }

            if (line.Length > Indent.Length)
            {
                console.Profile.Out.Writer.WriteLine(line);
            }
        }
    }
}

/// <summary>A column of a <see cref="TextTable"/>.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Numbers">Whether it holds numbers, which are aligned right.</param>
internal sealed record TextColumn(string Name, bool Numbers = false);
