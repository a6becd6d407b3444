using System.Text.RegularExpressions;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Options that stand in one text, each behind its letter: on lines of their own ("A Heparin", "B. Digoxin"), or in one line ("A) Heparin B) Digoxin").</summary>
internal static partial class LetteredText
{
    /// <summary>The options of a text that holds nothing else; none where it does not begin with A and go on with B.</summary>
    public static IReadOnlyList<string> Options(string text)
    {
        var lines = Split(text, LineLetter());
        return lines.Count >= 2 ? lines : Split(text, InlineLetter());
    }

    /// <summary>Whether a question's text has options in it: a line, or a mark in brackets, for A and behind it one for B.</summary>
    public static bool IsWithin(string text)
    {
        foreach (var pattern in (ReadOnlySpan<Regex>)[MarkedLine(), InlineLetter()])
        {
            var next = 'A';
            foreach (var match in pattern.Matches(text).Select(static match => Usual(match.Groups["letter"].Value)))
            {
                next = match == next ? (char)(next + 1) : next;
            }

            if (next >= 'C')
            {
                return true;
            }
        }

        return false;
    }

    private static List<string> Split(string text, Regex pattern)
    {
        var starts = new List<(int Mark, int Text)>();
        foreach (var match in pattern.Matches(text).Cast<Match>())
        {
            if (starts.Count < OptionLetter.MaxOptions && Usual(match.Groups["letter"].Value) == OptionLetter.Of(starts.Count))
            {
                starts.Add((match.Index, match.Index + match.Length));
            }
        }

        return starts.Count < 2 || !string.IsNullOrWhiteSpace(text[..starts[0].Mark])
            ? []
            : [.. starts.Select((start, place) => text[start.Text..(place + 1 < starts.Count ? starts[place + 1].Mark : text.Length)].Trim())];
    }

    private static char Usual(string letter) => letter[0] >= 'Ａ' ? (char)(letter[0] - 0xFEE0) : letter[0];

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<letter>[A-ZＡ-Ｚ])(?:[)\]）.:、．：][ \t]*|[ \t]+)", RegexOptions.NonBacktracking)]
    private static partial Regex LineLetter();

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<letter>[A-ZＡ-Ｚ])[)\]）.:、．：]", RegexOptions.NonBacktracking)]
    private static partial Regex MarkedLine();

    [GeneratedRegex(@"(?:^|[\s,;，；])[(\[（]?(?<letter>[A-ZＡ-Ｚ])(?:[)\]）、．：]|[.:]\s)\s*", RegexOptions.NonBacktracking)]
    private static partial Regex InlineLetter();
}
