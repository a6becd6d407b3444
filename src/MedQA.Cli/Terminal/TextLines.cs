using Spectre.Console;

namespace MedQA.Cli.Terminal;

/// <summary>Breaks texts into lines for a terminal.</summary>
internal static class TextLines
{
    /// <summary>Breaks a text into lines, between words where possible.</summary>
    public static IEnumerable<string> Of(string text, int width)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                var separator = line.Length > 0 ? " " : "";
                foreach (var part in WidthOf(word) > width ? PartsOf(word) : [word])
                {
                    if (line.Length > 0 && WidthOf(line + separator + part) > width)
                    {
                        yield return line;
                        (line, separator) = ("", "");
                    }

                    line += separator + part;
                    separator = "";
                }
            }

            yield return line;
        }
    }

    /// <summary>Returns the parts of a name that hyphens separate, with their hyphens.</summary>
    public static IEnumerable<string> PartsOf(string word)
    {
        var parts = word.Split('-');
        return parts.Select((part, at) => at < parts.Length - 1 ? part + "-" : part);
    }

    /// <summary>Returns how many cells of a terminal a text takes.</summary>
    public static int WidthOf(string text) => text.GetCellWidth();
}
