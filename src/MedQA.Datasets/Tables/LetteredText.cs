using System.Text.RegularExpressions;
using MedQA.Datasets.Answers;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Options that stand in one text, each behind its letter: on lines of their own ("A Heparin", "B. Digoxin"), or in one line ("A) Heparin B) Digoxin").</summary>
internal static partial class LetteredText
{
    /// <summary>The options of a text that holds nothing else; none where it does not begin with A and go on with B.</summary>
    public static IReadOnlyList<string> Options(string text)
    {
        var lines = Split(text, LineLetter());
        lines = lines.Count >= 2 ? lines : Split(text, InlineLetter());
        var run = lines.Count >= 2 ? [] : Run(text, SmallMark(), Small);
        return run.Count >= 2 && run[0].Index == 0 ? Texts(text, run) : lines;
    }

    /// <summary>
    /// Whether a question's text has options in it: a line, or a mark in brackets, for A and behind it one for B; lines for a and b; four
    /// marks such as "a)" or "1)", or fewer where an answer is a text behind one; a list behind "Options:".
    /// </summary>
    /// <param name="text">The question's text.</param>
    /// <param name="answers">Its answers.</param>
    public static bool IsWithin(string text, IReadOnlyList<string> answers)
    {
        if (OptionsLabel().IsMatch(text) || AreLines(text, answers) || Run(text, SmallLine(), Small).Count >= 2)
        {
            return true;
        }

        if (IsRunOfOptions(text, Run(text, SmallMark(), Small), answers)
            || IsRunOfOptions(text, Run(text, NumberMark(), static place => $"{place + 1}"), answers))
        {
            return true;
        }

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

    /// <summary>Whether one of several lines is an answer, behind a mark or without: the options as a list.</summary>
    public static bool AreLines(string text, IReadOnlyList<string> answers) =>
        answers.Count > 0 && text.Contains('\n', StringComparison.Ordinal)
        && text.Split('\n').Select(static line => line[LineMark().Match(line).Length..])
            .Any(line => answers.Any(answer => IsSame(line, answer)));

    private static IReadOnlyList<string> Split(string text, Regex pattern)
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
            : Texts(text, starts);
    }

    /// <summary>The marks of a text that follow one another from the first on.</summary>
    private static List<Match> Run(string text, Regex pattern, Func<int, string> mark)
    {
        var run = new List<Match>();
        foreach (var match in pattern.Matches(text).Cast<Match>())
        {
            if (run.Count < OptionLetter.MaxOptions && match.Groups["mark"].Value == mark(run.Count))
            {
                run.Add(match);
            }
        }

        return run;
    }

    private static string Small(int place) => ((char)('a' + place)).ToString();

    private static bool IsRunOfOptions(string text, List<Match> run, IReadOnlyList<string> answers) =>
        (run.Count >= 4 && run.TrueForAll(static found => found.Value.Contains(')', StringComparison.Ordinal)))
        || (run.Count >= 2 && Texts(text, run).Exists(option => answers.Any(answer => IsSame(option, answer))));

    private static bool IsSame(string option, string answer) =>
        OptionPlace.Comparable(answer) is { Length: > 0 } said
        && OptionPlace.Comparable(option) is var text
        && (said == text || (OptionPlace.WithText(answer) is { } place && OptionPlace.Comparable(place.Text) == text));

    private static List<string> Texts(string text, List<Match> run) =>
        Texts(text, run.ConvertAll(static found => (found.Index, found.Index + found.Length)));

    private static List<string> Texts(string text, List<(int Mark, int Text)> starts) =>
        [.. starts.Select((start, place) => text[start.Text..(place + 1 < starts.Count ? starts[place + 1].Mark : text.Length)].Trim())];

    private static char Usual(string letter) => letter[0] >= 'Ａ' ? (char)(letter[0] - 0xFEE0) : letter[0];

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<letter>[A-ZＡ-Ｚ])(?:[)\]）.:、．：][ \t]*|[ \t]+)", RegexOptions.NonBacktracking)]
    private static partial Regex LineLetter();

    [GeneratedRegex(
        @"^\s*(?:[-*•–·▪○□]|[\u2460-\u24FF]|[(\[（]?(?:[ivx]+|[IVX]+|[0-9]{1,2}|[A-Za-z])(?:[)\]）.:]|\s))\s*",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LineMark();

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<mark>[a-h])[)\]）.:][ \t]*\S", RegexOptions.NonBacktracking)]
    private static partial Regex SmallLine();

    [GeneratedRegex(@"(?:^|[\s,;，；])[(\[（]?(?<mark>[a-h])[)\]）.:]\s*", RegexOptions.NonBacktracking)]
    private static partial Regex SmallMark();

    [GeneratedRegex(@"(?:^|[\s,;，；])[(\[（]?(?<mark>[0-9])[)\]）.:]\s*", RegexOptions.NonBacktracking)]
    private static partial Regex NumberMark();

    [GeneratedRegex(
        @"\b(?:options|choices|alternatives|opciones|optionen)\s*[:：]\s*\S",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OptionsLabel();

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<letter>[A-ZＡ-Ｚ])[)\]）.:、．：]", RegexOptions.NonBacktracking)]
    private static partial Regex MarkedLine();

    [GeneratedRegex(@"(?:^|[\s,;，；])[(\[（]?(?<letter>[A-ZＡ-Ｚ])(?:[)\]）、．：]|[.:]\s)\s*", RegexOptions.NonBacktracking)]
    private static partial Regex InlineLetter();
}
