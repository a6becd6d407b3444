using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>Letters and digits; apostrophes and decimal points between them belong to it. Of scripts without spaces a known word or
    /// one character.</summary>
    Word,

    /// <summary>One character that is neither letter nor digit nor white space.</summary>
    Symbol,

    /// <summary>One or more line feeds.</summary>
    NewLine,
}

/// <summary>A piece of a text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">Number of UTF-16 units.</param>
/// <param name="Text">A word in lower-case letters, look-alike forms of Latin letters (fullwidth, circled, mathematical) as Latin ones; a
/// symbol as it is, those of East Asian scripts as the Latin ones that they stand for.</param>
/// <param name="IsCapital">Whether a word begins with a capital letter.</param>
/// <param name="SpaceBefore">Whether white space, the text's start or the full stop of a script without spaces precedes it.</param>
/// <param name="Roles">What a word, or a mark that stands for one, can do in a statement of an answer.</param>
/// <param name="IsAcronym">Whether a word of several letters is all in capitals.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int Length, string Text, bool IsCapital, bool SpaceBefore,
    WordRoles Roles = WordRoles.None, bool IsAcronym = false)
{
    public bool IsWord => Kind == TokenKind.Word;

    public bool IsNewLine => Kind == TokenKind.NewLine;

    public bool Has(WordRoles role) => (Roles & role) != WordRoles.None;

    public bool Is(string text) => Kind != TokenKind.NewLine && Text == text;

    public bool IsSymbol(string anyOf) => Kind == TokenKind.Symbol && anyOf.Contains(Text[0], StringComparison.Ordinal);

    /// <summary>Whether it is one of the letters A to Z in any form.</summary>
    public bool IsLetter => Kind == TokenKind.Word && Text.Length == 1 && Text[0] is >= 'a' and <= 'z';

    /// <summary>Whether it begins with a digit.</summary>
    public bool IsNumber => Kind == TokenKind.Word && char.IsAsciiDigit(Text[0]);

    /// <summary>Whether it is of a script without spaces.</summary>
    public bool IsUnspaced => Kind == TokenKind.Word && IsIdeographic(Text[0]);

    /// <summary>Returns whether a character is a Chinese character or of the Japanese syllabaries.</summary>
    public static bool IsIdeographic(char character) => character is >= '\u3005' and <= '\u3007' or >= '\u3040' and <= '\u30FF'
        or >= '\u3400' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF' or >= '\uFF66' and <= '\uFF9F';
}
