using System.Globalization;
using System.Text;
using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>Cuts a text into words, symbols and line ends, in one pass.</summary>
internal static class Tokenization
{
    /// <summary>English has fewer tokens than one per this many characters, spaces included.</summary>
    private const int CharactersPerToken = 4;

    private const int UsualWord = 64;

    /// <summary>A text with this many Japanese syllables is Japanese: Chinese ones have none, or quote one.</summary>
    private const int JapaneseSyllables = 3;

    private static readonly string[] AsciiSymbols = [.. Enumerable.Range(0, 128).Select(static code => ((char)code).ToString())];

    /// <summary>Returns the words of a text in the language that most of them are of.</summary>
    public static List<Token> Of(ReadOnlySpan<char> text, int from, int to) => Read(text, from, to).Tokens;

    /// <summary>Returns the language that most words of a text are of; English where none is ahead.</summary>
    public static Language LanguageOf(ReadOnlySpan<char> text) => Read(text, 0, text.Length).Spoken;

    private static (List<Token> Tokens, Language Spoken) Read(ReadOnlySpan<char> text, int from, int to)
    {
        var unspaced = UnspacedLanguage(text[from..to]);
        Span<int> words = stackalloc int[StatementWords.Languages];
        var tokens = new List<Token>((to - from) / CharactersPerToken);
        Span<char> usual = stackalloc char[UsualWord];
        var spaceBefore = true;
        var known = new List<(int Token, StatementWords.Word Word)>((to - from) / (2 * CharactersPerToken));
        var at = from;
        while (at < to)
        {
            var (rune, length) = Decode(text[at..to]);
            if (rune.Value is '\n' or '\r')
            {
                var start = at;
                while (at < to && char.IsWhiteSpace(text[at]))
                {
                    at++;
                }

                tokens.Add(new Token(TokenKind.NewLine, start, at - start, "\n", IsCapital: false, SpaceBefore: true));
                spaceBefore = true;
            }
            else if (rune.Value is '<' or '~' && StruckText.LengthAt(text[at..to]) is > 0 and var struck)
            {
                (at, spaceBefore) = (at + struck, true);
            }
            else if (rune.Value == '<' && FormattingTag(text[at..to]) is > 0 and var tag)
            {
                at += tag;
            }
            else if (Rune.IsWhiteSpace(rune) || IsInvisible(rune))
            {
                at += length;
                spaceBefore |= Rune.IsWhiteSpace(rune);
            }
            else if (unspaced is { } language && length == 1 && Token.IsIdeographic(text[at]))
            {
                var word = StatementWords.FindAtStart(text[at..to], language);
                length = word?.Text.Length ?? 1;
                tokens.Add(new Token(TokenKind.Word, at, length, word?.Text ?? text[at].ToString(), IsCapital: false, spaceBefore,
                    word is null ? WordRoles.None : StatementWords.RolesOf(word, language)));
                at += length;
                spaceBefore = false;
            }
            else if (IsWordRune(rune) || IsSign(text[..to], at, spaceBefore))
            {
                var start = at;
                var capital = IsCapital(rune);
                do
                {
                    at += length;
                    if (at >= to)
                    {
                        break;
                    }

                    (rune, length) = Decode(text[at..to]);
                }
                while ((IsWordRune(rune) && !(unspaced is not null && length == 1 && Token.IsIdeographic(text[at])))
                    || JoinsWord(text[..to], at));

                // "l'option": an article that has lost its vowel is a separate word.
                if (at + 1 < to && text[at] is '\'' or '’' && IsElided(text[start..at])
                    && char.IsLetter(text[at + 1]))
                {
                    at++;
                }

                var folded = Fold(text[start..at], at - start <= usual.Length ? usual : new char[at - start]);
                var word = StatementWords.Find(folded);
                if (word is not null)
                {
                    if (at - start > 1 || !capital)
                    {
                        // Capital letters name options.
                        Count(word, words);
                    }

                    known.Add((tokens.Count, word));
                }

                tokens.Add(new Token(TokenKind.Word, start, at - start, word?.Text ?? folded.ToString(), capital, spaceBefore,
                    word?.Roles[(int)Language.English] ?? WordRoles.None,
                    at - start > 2 && !text[start..at].ContainsAnyExceptInRange('A', 'Z')));
                spaceBefore = false;
            }
            else
            {
                var symbol = rune.IsAscii ? AsciiSymbols[rune.Value] : LatinSymbol(rune) ?? rune.ToString();
                var mark = rune.IsAscii ? null : StatementWords.Find(symbol);
                if (mark is not null)
                {
                    known.Add((tokens.Count, mark));
                }

                tokens.Add(new Token(TokenKind.Symbol, at, length, symbol, IsCapital: false, spaceBefore,
                    mark?.Roles[(int)Language.English] ?? WordRoles.None));
                at += length;
                spaceBefore = rune.Value is '。' or '！' or '？' or '；' or '．';
            }
        }

        var spoken = unspaced ?? Most(words);
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens);
        if (spoken != Language.English)
        {
            foreach (var (token, word) in known)
            {
                all[token] = all[token] with { Roles = StatementWords.RolesOf(word, spoken) };
            }
        }

        StatementWords.MarkPhrases(all, spoken);
        return (tokens, spoken);
    }

    private static void Count(StatementWords.Word word, Span<int> words)
    {
        for (var language = 0; language < words.Length; language++)
        {
            words[language] += word.Roles[language] == WordRoles.None ? 0 : 1;
        }
    }

    private static Language Most(ReadOnlySpan<int> words)
    {
        var most = 0;
        for (var language = 1; language < words.Length; language++)
        {
            most = words[language] > words[most] ? language : most;
        }

        return (Language)most;
    }

    private static Language? UnspacedLanguage(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyInRange('\u3005', '\u9FFF');
        if (first < 0)
        {
            return null;
        }

        var (syllables, characters) = (0, 0);
        foreach (var character in text[first..])
        {
            syllables += character is >= '\u3041' and <= '\u309F' ? 1 : 0;
            characters += Token.IsIdeographic(character) ? 1 : 0;
        }

        // One foreign word or bracket in a text does not make it a foreign text.
        return syllables >= JapaneseSyllables || syllables > 0 && characters <= 2 * JapaneseSyllables ? Language.Japanese : characters > 0
            ? Language.Chinese : null;
    }

    /// <summary>Returns the length of the formatting tag that a text begins with ("&lt;b&gt;", "&lt;/strong&gt;"), or 0.</summary>
    private static int FormattingTag(ReadOnlySpan<char> text)
    {
        const int MaxLength = 10;
        var end = text[..Math.Min(text.Length, MaxLength)].IndexOf('>');
        return end > 1 && text[1..end].Trim('/').Trim() is "b" or "i" or "u" or "p" or "br" or "em" or "strong" or "span" or "li" or "ul"
            or "ol" or "code" or "mark" or "h1" or "h2" or "h3" or "h4" or "div" or "sub" or "sup" ? end + 1 : 0;
    }

    private static bool IsElided(ReadOnlySpan<char> word) => word.Length switch
    {
        1 => word[0] is 'l' or 'd' or 'n' or 's' or 'j' or 'c' or 'm' or 't' or 'L' or 'D' or 'N' or 'S' or 'J' or 'C' or 'M' or 'T',
        2 => word.Equals("qu", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static string? LatinSymbol(Rune rune) => rune.Value switch
    {
        '（' or '〔' or '〈' or '《' => "(",
        '）' or '〕' or '〉' or '》' => ")",
        '【' or '［' or '〖' => "[",
        '】' or '］' or '〗' => "]",
        '「' or '『' or '«' or '„' => "“",
        '」' or '』' or '»' => "”",
        '＂' => "\"",
        '：' => ":",
        '，' or '、' or '､' => ",",
        '。' or '．' or '｡' => ".",
        '；' => ";",
        '？' => "?",
        '！' => "!",
        '＝' => "=",
        '／' => "/",
        '｜' => "|",
        '％' => "%",
        '＊' => "*",
        '－' => "-",
        _ => null,
    };

    private static (Rune Rune, int Length) Decode(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out var length) == System.Buffers.OperationStatus.Done ? (rune, length)
            : (Rune.ReplacementChar, 1);

    private static bool IsWordRune(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || (!rune.IsAscii && (LetterForms.LetterOf(rune) is not null || LetterForms.DigitOf(rune) is not null
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control;

    // "-3" is a number, "C-3" and "3-4" are not signs.
    private static bool IsSign(ReadOnlySpan<char> text, int at, bool spaceBefore) =>
        text[at] is '-' or '−' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])
            && (spaceBefore || text[at - 1] is '(' or '=' or '*');

    // An apostrophe within a word ("isn't"), and a decimal point or comma within a number, belong to it.
    private static bool JoinsWord(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || at + 1 >= text.Length)
        {
            return false;
        }

        return text[at] switch
        {
            '\'' or '’' => char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1]) && !EndsElided(text[..at]),
            '.' or ',' => char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]),
            _ => false,
        };
    }

    // Whether the word that a text ends in is an article that has lost its vowel.
    private static bool EndsElided(ReadOnlySpan<char> text)
    {
        var start = text.Length;
        while (start > 0 && text.Length - start <= 2 && char.IsLetterOrDigit(text[start - 1]))
        {
            start--;
        }

        return IsElided(text[start..]);
    }

    private static bool IsCapital(Rune rune) => LetterForms.LetterOf(rune) is { } letter ? letter is >= 'A' and <= 'Z' : Rune.IsUpper(rune);

    /// <summary>Returns a word in lower-case letters; no longer than it was.</summary>
    private static ReadOnlySpan<char> Fold(ReadOnlySpan<char> word, Span<char> into)
    {
        var length = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            length += Folded(rune).EncodeToUtf16(into[length..]);
        }

        return into[..length];
    }

    private static Rune Folded(Rune rune) =>
        LetterForms.LetterOf(rune) is { } letter ? new Rune(char.ToLowerInvariant(letter))
        : LetterForms.DigitOf(rune) is { } digit ? new Rune(digit)
        : rune.Value switch { '’' => new Rune('\''), '−' => new Rune('-'), _ => Rune.ToLowerInvariant(rune) };
}
