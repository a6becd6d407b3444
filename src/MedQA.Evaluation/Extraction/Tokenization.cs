using System.Globalization;
using System.Text;

namespace MedQA.Evaluation.Extraction;

/// <summary>Cuts a text into words, symbols and line ends, in one pass.</summary>
internal static class Tokenization
{
    /// <summary>English has fewer tokens than one in so many characters, spaces included.</summary>
    private const int CharactersPerToken = 4;

    private const int UsualWord = 64;

    private static readonly string[] AsciiSymbols = [.. Enumerable.Range(0, 128).Select(static code => ((char)code).ToString())];

    public static List<Token> Of(ReadOnlySpan<char> text, int from, int to)
    {
        var tokens = new List<Token>((to - from) / CharactersPerToken);
        Span<char> usual = stackalloc char[UsualWord];
        var spaceBefore = true;
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
            else if (Rune.IsWhiteSpace(rune) || IsInvisible(rune))
            {
                at += length;
                spaceBefore |= Rune.IsWhiteSpace(rune);
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
                while (IsWordRune(rune) || JoinsWord(text[..to], at));

                var (word, roles) = StatementWords.Find(Fold(text[start..at], at - start <= usual.Length ? usual : new char[at - start]));
                tokens.Add(new Token(TokenKind.Word, start, at - start, word, capital, spaceBefore, roles));
                spaceBefore = false;
            }
            else
            {
                tokens.Add(new Token(TokenKind.Symbol, at, length, rune.IsAscii ? AsciiSymbols[rune.Value] : rune.ToString(), IsCapital: false, spaceBefore));
                at += length;
                spaceBefore = false;
            }
        }

        return tokens;
    }

    private static (Rune Rune, int Length) Decode(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out var length) == System.Buffers.OperationStatus.Done ? (rune, length) : (Rune.ReplacementChar, 1);

    private static bool IsWordRune(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || (!rune.IsAscii && (EnclosedLetter(rune) is not null || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control;

    // "-3" is a number, "C-3" and "3-4" are not signs.
    private static bool IsSign(ReadOnlySpan<char> text, int at, bool spaceBefore) =>
        text[at] is '-' or '−' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) && (spaceBefore || text[at - 1] is '(' or '=' or '*');

    // An apostrophe within a word ("isn't"), and a decimal point or comma within a number, belong to it.
    private static bool JoinsWord(ReadOnlySpan<char> text, int at)
    {
        if (at == 0 || at + 1 >= text.Length)
        {
            return false;
        }

        return text[at] switch
        {
            '\'' or '’' => char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1]),
            '.' or ',' => char.IsAsciiDigit(text[at - 1]) && char.IsAsciiDigit(text[at + 1]),
            _ => false,
        };
    }

    private static bool IsCapital(Rune rune) => EnclosedLetter(rune) is { } letter ? letter is >= 'A' and <= 'Z' : Rune.IsUpper(rune);

    /// <summary>A word in small letters; no longer than it was.</summary>
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
        EnclosedLetter(rune) is { } letter ? new Rune(char.ToLowerInvariant(letter))
        : rune.Value switch { '’' => new Rune('\''), '−' => new Rune('-'), _ => Rune.ToLowerInvariant(rune) };

    /// <summary>The Latin letter of which a character is a presentation form: these are the same letter, unlike letters of other alphabets that look like it.</summary>
    private static char? EnclosedLetter(Rune rune) => rune.Value switch
    {
        >= 0xFF21 and <= 0xFF3A => (char)('A' + rune.Value - 0xFF21), // fullwidth
        >= 0xFF41 and <= 0xFF5A => (char)('a' + rune.Value - 0xFF41),
        >= 0x249C and <= 0x24B5 => (char)('a' + rune.Value - 0x249C), // in brackets
        >= 0x24B6 and <= 0x24CF => (char)('A' + rune.Value - 0x24B6), // circled
        >= 0x24D0 and <= 0x24E9 => (char)('a' + rune.Value - 0x24D0),
        >= 0x1D400 and <= 0x1D6A3 => (char)(((rune.Value - 0x1D400) % 52) is var place && place < 26 ? 'A' + place : 'a' + place - 26), // mathematical
        >= 0x1F110 and <= 0x1F129 => (char)('A' + rune.Value - 0x1F110), // in brackets
        >= 0x1F130 and <= 0x1F149 => (char)('A' + rune.Value - 0x1F130), // squared
        >= 0x1F150 and <= 0x1F169 => (char)('A' + rune.Value - 0x1F150), // white on black, circled
        >= 0x1F170 and <= 0x1F189 => (char)('A' + rune.Value - 0x1F170), // white on black, squared
        _ => null,
    };
}
