using System.Buffers;
using System.Text.RegularExpressions;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>
/// Reads a set of options where several can be right: from the statement that says what the answer is, or from a text that is nothing but
/// a list of options; docs/architecture.md, "How a set of options is read".
/// </summary>
/// <remarks>
/// A set with one option too few is as wrong as any other, so nothing is read of a text that is not understood as a whole: the list must
/// end where the statement ends, every statement of an answer must name the same set, and what follows must take nothing back and name
/// no other option, unless to say that it is wrong. What is not read is no answer, never a part of one. Takes time linear in the text's
/// length, times the number of options.
/// </remarks>
internal sealed partial class AnswerSetReading
{
    private const string Openers = "([{\"'“‘「【*_`$<";
    private const string Closers = ")]}\"'”’」】*_`$>";

    private static readonly SearchValues<char> SentenceEnds = SearchValues.Create(".。!！;；");

    private readonly IReadOnlyList<string> _options;
    private readonly string[] _texts;
    private readonly bool _hasOptionOfOthers;

    /// <summary>Options whose texts are letters of options, as those of blood groups: they could mean both.</summary>
    private readonly HashSet<string> _lettersAsTexts;

    /// <param name="options">The question's options in the order in which they were shown.</param>
    public AnswerSetReading(IReadOnlyList<string> options)
    {
        _options = options;
        _texts = [.. options.Select(static option => Spaced(option))];
        _hasOptionOfOthers = OptionReading.Of([.. options]).RefersToOthers;
        _lettersAsTexts = [.. _texts.Select(static text => text.ToUpperInvariant())
            .Where(text => text.Length > 0 && text.All(letter => letter is >= 'A' and <= 'Z' && letter - 'A' < options.Count))];
    }

    /// <summary>Returns the options that a text answers; <see langword="null"/> if it does not say them beyond doubt.</summary>
    /// <param name="text">The part of a reasoning that counts.</param>
    public ExtractedSet? Find(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var leads = Lead().Matches(text);
        if (leads.Count == 0)
        {
            return Bare(text);
        }

        // A line "Answer:" settles what sentences before it said; two of them must agree.
        var first = leads.FirstOrDefault(static lead => lead.Groups["colon"].Success)?.Index ?? leads[0].Index;
        ExtractedSet? found = null;
        var end = 0;
        foreach (Match lead in leads)
        {
            if (lead.Index < first)
            {
                continue;
            }

            if (ListAfter(text, lead.Index + lead.Length, out end) is not { } set || (found is { } known && known.Options != set.Options))
            {
                return null;
            }

            found = set;
        }

        return found is { } answer && !IsDoubted(text[end..], answer.Options) ? answer : null;
    }

    /// <summary>A text that is a list of options on one line, or one option on each.</summary>
    private ExtractedSet? Bare(string text)
    {
        var from = text.Length - text.AsSpan().TrimStart().Length;
        if (ListAfter(text, from, out var end) is not { } set || !string.IsNullOrWhiteSpace(text[end..]))
        {
            return null;
        }

        // All options with their texts are the question again, not an answer.
        return set.Options.Count == _options.Count && set.Span.Length > _texts.Sum(static option => option.Length) ? null : set;
    }

    /// <summary>Reads the list at a place: the rest of a line, or, where that is empty, one option on each of the lines below.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where the list begins.</param>
    /// <param name="end">Where what belongs to the statement ends.</param>
    private ExtractedSet? ListAfter(string text, int from, out int end)
    {
        end = LineEnd(text, from);
        var bits = 0u;
        var (first, last) = (-1, -1);
        if (text.AsSpan(from, end - from).Trim(Closers + ":：").Trim().Length > 0)
        {
            if (Line(text, from, end, out end) is not { } one)
            {
                return null;
            }

            (bits, first, last) = (one.Options.Bits, one.Span.Start, one.Span.Start + one.Span.Length);
            if (one.Options.Count > 1 || !IsItem(text, from) || end != LineEnd(text, from))
            {
                return new ExtractedSet(one.Options, one.Span);
            }
        }
        else
        {
            // A blank line may stand between the lead and its list.
            end = SkipBlank(text, end);
        }

        // "A) Digoxin" on each line.
        for (var line = bits == 0 ? end : end + 1; line < text.Length; line = end + 1)
        {
            var to = LineEnd(text, line);
            if (text.AsSpan(line, to - line).IsWhiteSpace())
            {
                break;
            }

            if (!IsItem(text, line))
            {
                return bits == 0 ? Line(text, line, to, out end) : new ExtractedSet(new OptionSet(bits), new TextSpan(first, last - first));
            }

            if (Line(text, line, to, out var reached) is not { Options.Count: 1 } item || reached != to
                || (bits & item.Options.Bits) != 0)
            {
                return null;
            }

            bits |= item.Options.Bits;
            first = first < 0 ? item.Span.Start : first;
            last = item.Span.Start + item.Span.Length;
            end = to;
        }

        return bits == 0 ? null : new ExtractedSet(new OptionSet(bits), new TextSpan(first, last - first));
    }

    /// <summary>Reads a list that fills a line, or ends with a sentence in it.</summary>
    private ExtractedSet? Line(string text, int from, int to, out int end)
    {
        var (at, bits, first, last) = (from, 0u, -1, -1);
        var (separated, mustGoOn) = (true, false);
        bool? areCapitals = null;
        var isSpaced = false;
        end = to;
        at = SkipLead(text, at, to);
        if (AllOf(text, at, to) is { } whole)
        {
            return whole;
        }

        while (at < to)
        {
            if (separated && OptionAt(text, at, to) is { } item)
            {
                if ((bits & item.Bits) != 0 || (isSpaced && item.Capital == false)
                    || (item.Capital is { } capital && areCapitals is { } before && capital != before))
                {
                    return null;
                }

                areCapitals = item.Capital ?? areCapitals;
                bits |= item.Bits;
                first = first < 0 ? at : first;
                at = last = item.End;
                (separated, mustGoOn, isSpaced) = (false, false, false);
                continue;
            }

            var space = at;
            while (at < to && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at > space && !separated && OptionAt(text, at, to) is { Capital: not null })
            {
                (separated, isSpaced) = (true, true);
                continue;
            }

            if (Separator().Match(text, at, to - at) is { Success: true, Length: > 0 } between && bits != 0)
            {
                at += between.Length;
                (separated, mustGoOn) = (true, true);
                continue;
            }

            break;
        }

        if (bits == 0 || mustGoOn)
        {
            // "A, C." ends with a comma at most where nothing follows.
            return null;
        }

        var set = new ExtractedSet(new OptionSet(bits), new TextSpan(first, last - first));
        return EndsAt(text, at, to, bits, out end) ? set : null;
    }

    /// <summary>Returns whether a list ends with its sentence or line, perhaps after options that it excludes ("but not B").</summary>
    private bool EndsAt(string text, int at, int to, uint bits, out int end)
    {
        end = to;
        if (ButNot().Match(text, at, to - at) is { Success: true, Length: > 0 } except)
        {
            var sentence = SentenceEnd(text, at + except.Length, to);
            return Line(text, at + except.Length, sentence, out _) is { } excluded && (excluded.Options.Bits & bits) == 0
                && (end = sentence) >= 0;
        }

        if (AreRight().Match(text, at, to - at) is { Success: true, Length: > 0 } right)
        {
            at += right.Length;
        }

        while (at < to && (char.IsWhiteSpace(text[at]) || Closers.Contains(text[at], StringComparison.Ordinal)))
        {
            at++;
        }

        if (at >= to)
        {
            return true;
        }

        if (text[at] is '.' or '。' or '．' or '!' or '！' or ';' or '；')
        {
            end = at + 1;
            return true;
        }

        // "A, C (both raise the pressure)", "A and C because …": the rest of the line is what follows.
        end = at;
        return Reason().Match(text, at, to - at) is { Success: true, Length: > 0 }
            && !IsRejected(text[at..SentenceEnd(text, at, to)], bits);
    }

    /// <summary>
    /// Returns whether a reason says no of what it is a reason for: "because they are wrong", but not "because B is wrong".
    /// </summary>
    private bool IsRejected(string reason, uint bits) =>
        Wrong().IsMatch(reason)
        && !Enumerable.Range(0, _options.Count).Any(option => (bits >> option & 1) == 0 && IsNamed(reason, option));

    /// <summary>Returns the option or the run of letters at a place.</summary>
    private Item? OptionAt(string text, int at, int to)
    {
        var begin = at;
        while (at < to && Openers.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }

        var isOpened = at > begin;
        if (at < to && Noun().Match(text, at, to - at) is { Success: true, Length: > 0 } noun)
        {
            at += noun.Length;
            while (at < to && Openers.Contains(text[at], StringComparison.Ordinal))
            {
                at++;
            }
        }

        if (TextAt(text, at, to) is { } option)
        {
            return _lettersAsTexts.Contains(_texts[option].ToUpperInvariant())
                ? null
                : new Item(1u << option, AfterClosers(text, at + _options[option].Trim().Length, to), null);
        }

        var letters = at;
        while (letters < to && char.IsAsciiLetter(text[letters]))
        {
            letters++;
        }

        var run = text[at..letters];
        if (run.Length == 0 || (letters < to && (char.IsLetterOrDigit(text[letters]) || text[letters] is '-' or '\'' or '’' or '/')
            && !IsIdeograph(text[letters])))
        {
            return null;
        }

        if (run.Length == 1)
        {
            if (OptionLetter.IndexOf(run[0]) is not { } index || index >= _options.Count)
            {
                return null;
            }

            var isClosed = letters < to && text[letters] is ')' or ']' or '】';
            var capital = char.IsAsciiLetterUpper(run[0]);
            if (!capital && isOpened && !isClosed)
            {
                return null;
            }

            var end = Behind(text, letters, to, index, out var hasText);
            return _lettersAsTexts.Contains(run.ToUpperInvariant()) && !hasText
                && !_texts[index].Equals(run, StringComparison.OrdinalIgnoreCase)
                ? null
                : new Item(1u << index, end, isClosed || hasText ? null : capital);
        }

        // "ACD": capitals in order, and no word of the options, as "ACE" can be.
        var bits = 0u;
        for (var place = 0; place < run.Length; place++)
        {
            if (run[place] is < 'A' or > 'Z' || run[place] - 'A' >= _options.Count || (place > 0 && run[place] <= run[place - 1]))
            {
                return null;
            }

            bits |= 1u << (run[place] - 'A');
        }

        return _lettersAsTexts.Count > 0 || _texts.Any(option => Holds(option, run))
            ? null
            : new Item(bits, AfterClosers(text, letters, to), true);
    }

    /// <summary>Returns where the letter of an option ends, with its own text if that follows.</summary>
    private int Behind(string text, int at, int to, int option, out bool hasText)
    {
        var after = AfterClosers(text, at, to);
        var next = after;
        while (next < to && (char.IsWhiteSpace(text[next]) || text[next] is '.' or ':' or '：' or '-' or '–' or '—' or ')' or '('
            || Closers.Contains(text[next], StringComparison.Ordinal) || Openers.Contains(text[next], StringComparison.Ordinal)))
        {
            next++;
        }

        var own = _options[option].Trim();
        hasText = next > at && own.Length > 0 && next + own.Length <= to
            && text.AsSpan(next, own.Length).Equals(own, StringComparison.OrdinalIgnoreCase) && IsEdge(text, next + own.Length);
        return hasText
            ? AfterClosers(text, next + own.Length, to)
            : after;
    }

    /// <summary>Returns the option whose text stands at a place; the longest, where one begins another.</summary>
    private int? TextAt(string text, int at, int to)
    {
        var longest = -1;
        for (var option = 0; option < _options.Count; option++)
        {
            var own = _options[option].AsSpan().Trim();
            if (own.Length > 1 && at + own.Length <= to && text.AsSpan(at, own.Length).Equals(own, StringComparison.OrdinalIgnoreCase)
                && IsEdge(text, at + own.Length) && (longest < 0 || own.Length > _options[longest].Trim().Length))
            {
                longest = option;
            }
        }

        return longest < 0 || _texts.Count(other => other.Equals(_texts[longest], StringComparison.OrdinalIgnoreCase)) > 1 ? null : longest;
    }

    private ExtractedSet? AllOf(string text, int at, int to) =>
        !_hasOptionOfOthers && All().Match(text, at, to - at) is { Success: true, Length: > 0 } all
            && text.AsSpan(at + all.Length, to - at - all.Length).Trim(Closers + ".!。").IsWhiteSpace()
            ? new ExtractedSet(new OptionSet((uint)((1ul << _options.Count) - 1)), new TextSpan(at, all.Length))
            : null;

    /// <summary>
    /// Returns whether what follows an answer takes it back or adds to it: it names an option that is not in the set without saying that
    /// it is wrong, or one in the set beside such a word.
    /// </summary>
    private bool IsDoubted(string rest, OptionSet answer)
    {
        if (Retraction().IsMatch(rest))
        {
            return true;
        }

        foreach (var sentence in rest.Split(['.', '。', '\n', '!', '?', '！', '？', ';', '；'], StringSplitOptions.RemoveEmptyEntries))
        {
            var isWrong = Wrong().IsMatch(sentence);
            for (var option = 0; option < _options.Count; option++)
            {
                if (IsNamed(sentence, option) && answer.Contains(option) == isWrong)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool IsNamed(string sentence, int option) =>
        Holds(sentence, OptionLetter.Of(option).ToString()) || (_texts[option].Length > 1 && Holds(sentence, _texts[option], true));

    /// <summary>Returns whether a text has another in it as words of their own.</summary>
    private static bool Holds(string text, string words, bool ignoresCase = false)
    {
        var comparison = ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        for (var at = text.IndexOf(words, comparison); at >= 0; at = text.IndexOf(words, at + 1, comparison))
        {
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1]) || IsIdeograph(text[at - 1])) && IsEdge(text, at + words.Length))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns whether a line begins with an option's letter and a bracket, dot or dash, or with the mark of a list.</summary>
    private static bool IsItem(string text, int at) => ListItem().IsMatch(text[at..LineEnd(text, at)]);

    private static int SkipLead(string text, int at, int to)
    {
        if (Preface().Match(text, at, to - at) is { Success: true } preface)
        {
            at += preface.Length;
        }

        return at;
    }

    private static int AfterClosers(string text, int at, int to)
    {
        while (at < to && Closers.Contains(text[at], StringComparison.Ordinal))
        {
            at++;
        }

        return at;
    }

    private static int LineEnd(string text, int from) => text.IndexOf('\n', from) is >= 0 and var end ? end : text.Length;

    private static int SkipBlank(string text, int at)
    {
        var next = at;
        while (next < text.Length && char.IsWhiteSpace(text[next]))
        {
            at = text[next] == '\n' ? next + 1 : at;
            next++;
        }

        return at;
    }

    private static int SentenceEnd(string text, int from, int to) =>
        text.AsSpan(from, to - from).IndexOfAny(SentenceEnds) is >= 0 and var end ? from + end : to;

    private static bool IsEdge(string text, int at) =>
        at >= text.Length || !char.IsLetterOrDigit(text[at]) || IsIdeograph(text[at]) || IsIdeograph(text[at - 1]);

    private static bool IsIdeograph(char letter) => letter is >= '\u3040' and <= '\u30FF' or >= '\u4E00' and <= '\u9FFF';

    private static string Spaced(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What says that the answer follows: at the beginning of a line or sentence, with nothing before it that could change
    /// it.</summary>
    [GeneratedRegex(
        @"(?:^|\n|[.。!！]\s+)[ \t>*_#`\-–•]*"
        + @"(?:(?:therefore|thus|so|hence|finally|in\s+conclusion|donc|also|daher|por\s+lo\s+tanto|por\s+tanto|因此|所以|综上|したがって)[,，、]?\s*)?"
        + @"(?:(?:the|my|las?|los|les|die|der)\s+)?"
        + @"(?:(?:final|correct|right|best|richtigen?|respuestas?|réponses?|最终|正确|正しい|correctas?|exactes?|correctes?)\s*){0,2}"
        + @"(?:answers?(?:\s*\(s\))?|(?:correct|right)\s+(?:options?|choices?)|antwort(?:en)?|respuestas?|réponses?|答案|正确选项|答え|正解|解答)"
        + @"(?:\s+(?:correctas?|finale?s?|exactes?|correctes?))?"
        + @"[ \t]*[*_`]*[ \t]*(?:(?:is|are|ist|sind|es|son|est|sont|是|为|は)?[ \t]*(?<colon>[:：])"
        + @"|(?:is|are|ist|sind|es|son|est|sont)[ \t]+|是|为|は)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Lead();

    [GeneratedRegex(
        @"\G\s*[*_`]*\s*(?:\\?boxed\{)?\s*(?:only\s+)?(?:(?:both|options?|choices?|letters?|答案|选项|选)\s*[:：]?\s*)?(?:[-•*]\s+)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Preface();

    [GeneratedRegex(
        @"\G(?:[,，、;；]\s*(?:(?:and|und|et|y|和)\s)?|(?:and|und|et|y|e|as\s+well\s+as)(?=[\s(\[*])|&|\+|和|及|与|と)\s*",
        RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separator();

    [GeneratedRegex(
        @"\G(?:options?|choices?|letters?)\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Noun();

    [GeneratedRegex(
        @"\G\s*[,，]?\s*(?:but\s+not|and\s+not|not)\s+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ButNot();

    [GeneratedRegex(
        @"\G\s*(?:are|is)\s+(?:both\s+|all\s+)?(?:the\s+)?(?:correct|right|true)(?:\s+(?:answers?|options?))?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AreRight();

    [GeneratedRegex(
        @"\G[,，]?\s*(?:because|since|as\s|weil|car\s|porque|parce|puisque|因为)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reason();

    [GeneratedRegex(
        @"\Gall\s+(?:of\s+(?:the\s+above|them|the\s+options|these)|(?:the\s+|[0-9]+\s+|three\s+|four\s+|five\s+|six\s+)?options)"
        + @"(?:\s+are\s+(?:correct|right))?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex All();

    [GeneratedRegex(
        @"^\s*(?:[-•*]\s+|[(\[*_]*[A-Za-z][)\].:：])", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ListItem();

    [GeneratedRegex(
        @"\b(?:wait|however|actually|sorry|mistake|correction|instead|also|additionally|moreover|besides|oops|hmm|hm|reconsider|revise"
        + @"|but|maybe|perhaps|possibly|unless|otherwise|except|unsure|alternatively"
        + @"|jedoch|aber|auch|außerdem|korrektur|mais|aussi|cependant|pero|también|sin\s+embargo)\b"
        + @"|但|不过|然而|也|等等|しかし|また",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Retraction();

    [GeneratedRegex(
        @"\b(?:not|no|incorrect|wrong|false|neither|nor|cannot|isn['’]t|aren['’]t"
        + @"|falsch|nicht|kein\w*|incorrect\w*|fau(?:x|sse\w*)|pas|falsa?s?)\b"
        + @"|不|错|非|誤|間違",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Wrong();

    /// <summary>What a list has at a place.</summary>
    /// <param name="Bits">The options.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Capital">Whether it is a letter alone, and a capital; <see langword="null"/> for a text or what brackets
    /// enclose.</param>
    private readonly record struct Item(uint Bits, int End, bool? Capital);
}
