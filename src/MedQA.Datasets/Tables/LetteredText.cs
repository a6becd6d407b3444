using System.Text.RegularExpressions;
using MedQA.Datasets.Answers;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>
/// Options in one text, each after its letter: on separate lines ("A Heparin", "B. Digoxin"), or in one line ("A) Heparin
/// B) Digoxin").
/// </summary>
internal static partial class LetteredText
{
    /// <summary>The longest list that may take the place of a passage.</summary>
    private const int MaxList = 400;

    /// <summary>Returns the options of a text that holds nothing else; none if it does not begin with A and go on with B.</summary>
    public static IReadOnlyList<string> Options(string text)
    {
        text = WithoutLead(text);
        var lines = Split(text, LineLetter());
        lines = lines.Count >= 2 ? lines : Split(text, InlineLetter());
        var run = lines.Count >= 2 ? [] : Run(text, SmallMark(), Small);
        return WithoutEnds(run.Count >= 2 && run[0].Index == 0 ? Texts(text, run) : lines);
    }

    /// <summary>
    /// Returns a text without the line or words that only introduce a list ("Answer Choices:", "Choose one:", "选项："): the words for options
    /// with a colon, or a first line that alone ends with a colon, or alone has no letter, before at least two more.
    /// </summary>
    public static string WithoutLead(string text)
    {
        var known = KnownLead().Match(text);
        if (known.Success)
        {
            return text[known.Length..];
        }

        var end = text.AsSpan().TrimStart().IndexOf('\n');
        if (end < 0)
        {
            return text;
        }

        var start = text.TrimStart();
        var first = start[..end].Trim();
        var others = start[end..].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var isLead = others.Length >= 2 && (
            (first is [.., ':' or '：'] && !Array.Exists(others, static line => line is [.., ':' or '：']))
            || (!MarkedLine().IsMatch(first) && !ReferenceEquals(WithoutLabels(others), others)));
        return isLead ? start[end..] : text;
    }

    /// <summary>
    /// Returns whether the first of some options seems only to introduce the others: it has no letter, and they have those of their places.
    /// </summary>
    public static bool BeginWithLead(IReadOnlyList<string> options) =>
        options is [var first, _, _, ..] && options.Count <= OptionLetter.MaxOptions && !MarkedLine().IsMatch(first)
        && !options.Skip(1).Where(static (option, place) => MarkedLine().Match(option) is var match
            && (!match.Success || Usual(match.Groups["letter"].Value) != OptionLetter.Of(place))).Any();

    /// <summary>
    /// Returns the options without the letters that they begin with, where each begins with that of its place, all written alike: "A)",
    /// "(A)", "A.", "A:", "a -", "Ａ．" or "①". A letter with a dot before a small one, as in "C. difficile", is part of a name and stays.
    /// </summary>
    public static IReadOnlyList<string> WithoutLabels(IReadOnlyList<string> options)
    {
        var texts = new string[options.Count];
        string? style = null;
        for (var place = 0; place < texts.Length; place++)
        {
            var match = OptionLabel().Match(options[place]);
            if (!match.Success || place >= OptionLetter.MaxOptions)
            {
                return options;
            }

            var label = match.Groups["label"].Value;
            var usual = OptionPlace.Usual(label);
            if (usual != OptionLetter.Of(place).ToString() && usual != Small(place) && label != ((char)('\u2460' + place)).ToString())
            {
                return options;
            }

            var mark = match.Groups["label"];
            var written = options[place][..mark.Index].TrimStart() + (char.IsLower(usual[0]) ? "a" : "A")
                + options[place][(mark.Index + 1)..match.Groups["mark"].Length].TrimEnd();
            if (written != (style ??= written))
            {
                return options;
            }

            texts[place] = options[place][match.Groups["mark"].Length..].Trim();
        }

        return texts.Length >= 2 ? texts : options;
    }

    /// <summary>
    /// Returns the lines of a text where each may be the short name of a species ("A. baumannii") as well as a word after its letter; none
    /// where one cannot.
    /// </summary>
    public static IReadOnlyList<string> Species(string text)
    {
        var lines = WithoutLead(text).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length >= 2 && Array.TrueForAll(lines, static line => ShortName().IsMatch(line)) ? lines : [];
    }

    /// <summary>Returns whether a text is one of several words: long, or a sentence.</summary>
    public static bool IsProse(string text) =>
        (text.Length >= 40 && text.Contains(' ', StringComparison.Ordinal))
        || (text.Length >= 12 && text.AsSpan().TrimEnd() is [.., '.' or '!' or '?' or '。' or '"' or '”']
            && (text.Contains(' ', StringComparison.Ordinal) || !text.Any(char.IsAsciiLetter)));

    /// <summary>Returns whether labelled options may be names with an initial ("A. Fleming"): their letters have dots.</summary>
    public static bool MayBeInitials(IReadOnlyList<string> options) => options[0].AsSpan().TrimStart() is [_, '.' or '．', ..];

    /// <summary>
    /// Returns the items of a text that may be a list, without the marks before them; none if nothing usual is between items.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="isNote">Whether it may be prose or keywords, in which commas, semicolons and strokes mean nothing.</param>
    public static IEnumerable<IReadOnlyList<string>> Lists(string text, bool isNote)
    {
        yield return Options(text);
        if (!isNote)
        {
            yield return Texts(text, Run(text, NumberMark(), static place => $"{place + 1}"));
            yield return Tag().Split(text).Select(static item => item.Trim()).Where(static item => item.Length > 0).ToArray();
        }

        foreach (var (separator, least, length) in Separations)
        {
            if ((isNote && separator is not "|") || !text.Contains(separator, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var whole = separator is ","
                ? text.Replace(" or ", ",", StringComparison.Ordinal).Replace(" and ", ",", StringComparison.Ordinal)
                : text;
            var items = whole.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (items.Length >= least && items.Length <= OptionLetter.MaxOptions && Array.TrueForAll(items, item => item.Length <= length))
            {
                yield return Array.ConvertAll(items, static item => item[LineMark().Match(item).Length..]);
                yield return items;
            }
        }
    }

    /// <summary>Returns whether a text is a list of which one item is an answer, or follows a letter, and nothing else.</summary>
    public static bool IsListOf(string text, IReadOnlyList<string> answers) =>
        Lists(text, isNote: text.Length > MaxList || text.Contains(". ", StringComparison.Ordinal))
            .Any(items => items.Count >= 3 && items.Any(item => answers.Any(answer => IsSame(item, answer))));

    /// <summary>
    /// Returns whether a text ends with a list of which one item is an answer, as in "Which? Heparin / Digoxin / Insulin".
    /// </summary>
    public static bool EndsWithList(string text, IReadOnlyList<string> answers)
    {
        var start = text.LastIndexOfAny(['?', '？', ':', '：']) + 1;
        var end = text[start..].Trim(' ', '(', ')', '[', ']', '（', '）', '.');
        return start > 0
            && Lists(end, isNote: false).Any(items => items.Count >= 3 && items.Any(item => answers.Any(answer => IsSame(item, answer))));
    }

    /// <summary>
    /// Returns the marks of an option's text about itself, as "(correct)", "✓" and "[wrong]"; empty if it says nothing.
    /// </summary>
    public static string MarkOf(string option)
    {
        foreach (var pattern in (ReadOnlySpan<Regex>)[MarkBehind(), MarkBefore()])
        {
            if (pattern.Match(option.Trim()) is { Success: true } match)
            {
                return string.Concat(match.Groups["mark"].Value.Where(static c => !char.IsWhiteSpace(c))).ToLowerInvariant();
            }
        }

        return "";
    }

    /// <summary>Returns whether an option's text has a line, or an end, that says which option is right: "Answer: B".</summary>
    public static bool HasAnswer(string option) => AnswerLine().IsMatch(option);

    /// <summary>Returns whether a question's text ends with what says which option is right.</summary>
    public static bool EndsWithAnswer(string text) =>
        AnswerLine().IsMatch(text.TrimEnd()[(text.TrimEnd().LastIndexOf('\n') + 1)..]);

    /// <summary>Returns whether a text is an answer, but for what does not count and a letter before it.</summary>
    public static bool IsSame(string option, string answer) =>
        OptionPlace.Comparable(answer) is { Length: > 0 } said
        && OptionPlace.Comparable(option) is var text
        && (said == text || (OptionPlace.WithText(answer) is { } place && OptionPlace.Comparable(place.Text) == text));

    /// <summary>
    /// Returns whether a question's text has options in it: a line, or a mark in brackets, for A and after it one for B; lines for a and b;
    /// four marks such as "a)" or "1)", or fewer where an answer is a text after one; a list after "Options:", or at the end with an answer
    /// in it; braces with marks, as Moodle's form GIFT has.
    /// </summary>
    /// <param name="text">The question's text.</param>
    /// <param name="answers">Its answers.</param>
    public static bool IsWithin(string text, IReadOnlyList<string> answers)
    {
        if (OptionsLabel().IsMatch(text) || InBraces().IsMatch(text) || AreLines(text, answers) || EndsWithList(text, answers)
            || Run(text, SmallLine(), Small).Count >= 2
            || Run(text, CircledMark(), static place => ((char)('\u2460' + place)).ToString()).Count >= 4)
        {
            return true;
        }

        if (Array.Exists(Breaks, tag => text.Contains(tag, StringComparison.OrdinalIgnoreCase))
            && Tag().Split(text) is { Length: > 3 } parts && parts.Any(part => answers.Any(answer => IsSame(part, answer))))
        {
            return true;
        }

        if (Array.Exists(Alphabets, letters => IsRunOfOptions(
            text, Run(text, OtherMark(), place => place < letters.Length ? letters[place].ToString() : ""), answers)))
        {
            return true;
        }

        if (IsRunOfOptions(text, Run(text, SlashMark(), OptionLetterOf), answers)
            || IsRunOfOptions(text, Run(text, SmallMark(), Small), answers)
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

    /// <summary>Returns whether one of several lines is an answer, after a mark or without: the options as a list.</summary>
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

        return starts.Count < 2 || text.AsSpan(0, starts[0].Mark).Trim() is not ([] or [.., ':' or '：'])
            ? []
            : Texts(text, starts);
    }

    /// <summary>Returns the marks of a text that follow one another from the first on.</summary>
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

    private static readonly string[] Breaks = ["<li", "<br", "<p", "<td", "<div", "<option"];

    private static string OptionLetterOf(int place) => OptionLetter.Of(place).ToString();

    /// <summary>The letters by which other scripts name options, in their order.</summary>
    private static readonly string[] Alphabets =
    [
        "АБВГДЕЖ", "абвгдеж", "АБЦД", "ΑΒΓΔΕ", "αβγδε", "أبجده", "ابجده", "أبتث", "ابتث", "אבגדה", "कखगघ", "กขคง", "가나다라마", "ㄱㄴㄷㄹ",
        "甲乙丙丁戊", "アイウエオ", "いろはに", "イロハニ",
    ];

    private static bool IsRunOfOptions(string text, List<Match> run, IReadOnlyList<string> answers) =>
        (run.Count >= 4 && run.TrueForAll(static found => found.Value.Contains(')', StringComparison.Ordinal)))
        || (run.Count >= 2 && Texts(text, run).Exists(option => answers.Any(answer => IsSame(option, answer))));

    private static List<string> Texts(string text, List<Match> run) =>
        Texts(text, run.ConvertAll(static found => (found.Index, found.Index + found.Length)));

    private static List<string> Texts(string text, List<(int Mark, int Text)> starts) =>
        [.. starts.Select((start, place) => text[start.Text..(place + 1 < starts.Count ? starts[place + 1].Mark : text.Length)].Trim())];

    /// <summary>Texts without the separator that all but the last end with.</summary>
    private static IReadOnlyList<string> WithoutEnds(IReadOnlyList<string> texts) =>
        texts.Count >= 2 && texts[0] is [.., (';' or ',' or '/' or '；' or '，' or '、') and var end]
            && texts.SkipLast(1).All(text => text.EndsWith(end))
            ? [.. texts.Select((text, place) => place < texts.Count - 1 || text.EndsWith(end) ? text[..^1].TrimEnd() : text)]
            : texts;

    /// <summary>What comes between the items of a list, how many items it has at least, and how long these are at most.</summary>
    private static readonly (string Separator, int Least, int Length)[] Separations =
    [
        ("|", 2, int.MaxValue), ("\n", 2, int.MaxValue), ("<br", 2, int.MaxValue), ("•", 2, 200), ("\\n", 2, 200), ("\t", 2, 200),
        (";", 2, 200), ("；", 2, 200), (" / ", 2, 200), ("/", 3, 80), (",", 3, 80), ("，", 3, 80), ("、", 3, 80), ("~", 3, 80), ("#", 3, 80),
        (" - ", 3, 80), (" – ", 3, 80), ("&&", 2, 80), ("::", 2, 80),
    ];

    private static char Usual(string letter) => letter[0] >= 'Ａ' ? (char)(letter[0] - 0xFEE0) : letter[0];

    [GeneratedRegex(
        @"^(?<mark>\s*(?:\*\*|(?:Option|Choice|option|choice)\s)?[(\[（](?<label>[A-Za-zＡ-Ｚａ-ｚ])[)\]）](?:\*\*)?\s*)\S"
        + @"|^(?<mark>\s*(?:\*\*|(?:Option|Choice|option|choice)\s)?(?<label>[A-Za-zＡ-Ｚａ-ｚ])[):）：、．](?:\*\*)?\s*)\S"
        + @"|^(?<mark>\s*(?<label>[A-Za-zＡ-Ｚａ-ｚ])\s?[-–—]\s+)\S"
        + @"|^(?<mark>\s*(?:\*\*|(?:Option|Choice|option|choice)\s)?(?<label>[A-Za-zＡ-Ｚａ-ｚ])\.(?:\*\*)?\s+)[^\p{Ll}\s]"
        + @"|^(?<mark>\s*(?<label>[A-Za-zＡ-Ｚａ-ｚ])\.)[^\s0-9.]"
        + @"|^(?<mark>\s*(?<label>[\u2460-\u2473])\s*)\S",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OptionLabel();

    [GeneratedRegex(
        @"^\s*(?:the\s+)?(?:answer\s+|possible\s+|multiple\s+)?"
        + @"(?:options?|choices|alternatives|answers|opciones|optionen|opzioni|opções)\s*(?:are)?\s*[:：]\s*"
        + @"|^\s*(?:选项|選項|選択肢|보기)\s*(?:[:：]\s*|\n)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex KnownLead();

    /// <summary>What people write in brackets after an option to say whether it is right.</summary>
    private const string Verdicts =
        "correct|correct answer|right answer|the answer|incorrect|not correct|wrong|wrong answer|true|"
        + "false|answer|ans|key|gold|richtig|richtige antwort|falsch|correcta|correcto|respuesta correcta|"
        + "incorrecta|incorrecto|verdadero|falso|correcte|bonne réponse|mauvaise réponse|vrai|faux|"
        + "corretta|corretto|risposta corretta|errata|vero|correta|certo|errado|verdadeiro|resposta certa|"
        + "goed|fout|верно|правильно|неверно|неправильно|правильный ответ|正确|正確|正确答案|错误|錯誤|正解|不正解|正答|정답|오답|"
        + "doğru|yanlış|صحيح|خطأ";

    [GeneratedRegex(
        @"^.*[^\s(\[（【].*?(?<mark>[(\[（【]\s*(?:" + Verdicts + @"|[✓✔√✅❌✗✘]\uFE0F?)\s*[)\]）】]|\s[✓✔√✅❌✗✘☑]\uFE0F?"
        + @"|[✓✔✅❌✗✘☑]\uFE0F?|\s(?:<-+|<=+|←)|\s[-–—]\s*(?:correct|correct answer|right answer|incorrect|wrong))\.?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex MarkBehind();

    [GeneratedRegex(
        @"^(?<mark>[(\[（【]\s*(?:" + Verdicts + @"|[✓✔√✅❌✗✘]\uFE0F?)\s*[)\]）】]"
        + @"|\[x\]|[✓✔✅❌✗✘☑]\uFE0F?|%-?[0-9]+(?:\.[0-9]+)?%)"
        + @"\s*[^\s0-9]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex MarkBefore();

    [GeneratedRegex(
        @"(?m)(?:^|[\s(\[])(?:the\s+)?(?:correct\s+|right\s+|best\s+)?(?:answer|ans|key|antwort|lösung|réponse|respuesta|resposta"
        + @"|risposta|ответ|答案|正解|正答|정답)(?:\s+(?:is|key|option|correcta|correcte))?\s*[:.：=]\s*"
        + @"(?:option\s*)?[(\[（]?(?:[A-Ha-hＡ-Ｈ]|[1-8])[)\]）.]*\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AnswerLine();

    [GeneratedRegex(@"</?[A-Za-z][^<>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^[A-Z]\. \p{Ll}{4,}$", RegexOptions.NonBacktracking)]
    private static partial Regex ShortName();

    [GeneratedRegex(@"\{\s*(?:[~=][^{}]*[~=]|[0-9]*:[A-Z_]+:)[^{}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex InBraces();

    [GeneratedRegex(@"(?<mark>[\u2460-\u2473])", RegexOptions.NonBacktracking)]
    private static partial Regex CircledMark();

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<letter>[A-ZＡ-Ｚ])(?:[)\]）.:、．：][ \t]*|[ \t]+)", RegexOptions.NonBacktracking)]
    private static partial Regex LineLetter();

    [GeneratedRegex(
        @"^\s*(?:[-*•–·▪○□]|[\u2460-\u24FF]|[(\[（]?(?:[ivx]+|[IVX]+|[0-9]{1,2}|[A-Za-z])(?:[)\]）.:=]|\s))\s*",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LineMark();

    [GeneratedRegex(@"(?m)^[ \t]*[(\[（]?(?<mark>[a-h])[)\]）.:][ \t]*\S", RegexOptions.NonBacktracking)]
    private static partial Regex SmallLine();

    [GeneratedRegex(@"(?:^|[\s,;，；])[(\[（]?(?<mark>[a-h])[)\]）.:]\s*", RegexOptions.NonBacktracking)]
    private static partial Regex SmallMark();

    [GeneratedRegex(@"(?:^|[\s,;，；،])[(\[（]?(?<mark>[^\s\x00-\u02FF])[)\]）.:、．：]\s*", RegexOptions.NonBacktracking)]
    private static partial Regex OtherMark();

    [GeneratedRegex(@"(?:^|[\s,;，；])(?<mark>[A-H])/\s*", RegexOptions.NonBacktracking)]
    private static partial Regex SlashMark();

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
