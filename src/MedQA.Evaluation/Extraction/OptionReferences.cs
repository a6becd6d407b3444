using System.Collections.Immutable;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>Recognizes where a text names an option of a question: by its letter or by its text.</summary>
internal sealed class OptionReferences
{
    private const string Closers = ")]}\"'”’*_`$>.";
    private const string Openers = "([{\"'“‘*_`$<>\\";

    private readonly bool _letters;
    private readonly bool _words;
    private readonly ImmutableArray<ImmutableArray<string>> _texts;
    private readonly Dictionary<string, List<int>> _byFirstWord = [];

    public OptionReferences(AnswerSpace space, IReadOnlyList<string> options)
    {
        _letters = space == AnswerSpace.Letters;
        _words = space == AnswerSpace.Words;
        OptionCount = options.Count;
        _texts = [.. options.Select(WordsOf)];
        for (var option = 0; option < _texts.Length; option++)
        {
            // Texts that differ in symbols only ("↑ TSH" and "↓ TSH"), or not at all, tell nothing; a text that is a letter is taken for the letter.
            var text = _texts[option];
            var isLetter = _letters && text is [{ Length: 1 } single] && single[0] is >= 'a' and <= 'z';
            if (text.Length > 0 && !isLetter && _texts.Count(other => other.SequenceEqual(text)) == 1)
            {
                if (!_byFirstWord.TryGetValue(text[0], out var same))
                {
                    _byFirstWord.Add(text[0], same = []);
                }

                same.Add(option);
            }
        }
    }

    public int OptionCount { get; }

    /// <summary>A place where an option is named.</summary>
    /// <param name="Option">The option.</param>
    /// <param name="First">Its first token.</param>
    /// <param name="End">The token behind its last.</param>
    /// <param name="ByLetter">Whether it is named by its letter.</param>
    internal readonly record struct Reference(int Option, int First, int End, bool ByLetter);

    /// <summary>The option that is named from a token on, or <see langword="null"/>. The longest text wins over a shorter one, a text over a letter.</summary>
    public Reference? At(List<Token> tokens, int at)
    {
        if (at >= tokens.Count || !tokens[at].IsWord)
        {
            return null;
        }

        return TextAt(tokens, at) is { } text && (!_words || IsVerdict(tokens, text.End)) ? text : LetterAt(tokens, at);
    }

    /// <summary>Whether the words of an option's text, or its first ones, begin at a token.</summary>
    public bool BeginsTextOf(List<Token> tokens, int at, int option)
    {
        while (at < tokens.Count && tokens[at].Kind == TokenKind.Symbol)
        {
            at++;
        }

        return at < tokens.Count && tokens[at].IsWord && _texts[option] is [var first, ..] && first == tokens[at].Text;
    }

    /// <summary>The token behind the option's text, if it begins (behind symbols) at a token; else that token.</summary>
    public int SkipTextOf(List<Token> tokens, int at, int option)
    {
        var start = at;
        while (start < tokens.Count && tokens[start].Kind == TokenKind.Symbol)
        {
            start++;
        }

        return start < tokens.Count && tokens[start].IsWord ? MatchEnd(tokens, start, _texts[option]) ?? at : at;
    }

    /// <summary>Whether another option is joined to one, as in "A or C", "A/C", "A, C and D": then neither is the answer.</summary>
    public bool IsJoined(List<Token> tokens, Reference reference)
    {
        var at = SkipSymbols(tokens, reference.End, Closers);
        if (reference.ByLetter)
        {
            at = SkipTextOf(tokens, at, reference.Option);
            at = SkipSymbols(tokens, at, Closers);
        }

        if (at >= tokens.Count)
        {
            return false;
        }

        var joiner = tokens[at];
        var isComma = joiner.IsSymbol(",");
        if (!isComma && !joiner.IsSymbol("/&|+") && !joiner.Is("and") && !joiner.Is("or"))
        {
            return false;
        }

        at++;
        while (at < tokens.Count && (tokens[at].Is("or") || tokens[at].Is("and") || tokens[at].Is("option") || tokens[at].Is("choice") || tokens[at].IsSymbol(Openers)))
        {
            isComma &= !tokens[at].IsWord;
            at++;
        }

        if (At(tokens, at) is not { } other || other.Option == reference.Option || (other.ByLetter && !tokens[other.First].IsCapital && !IsEnclosed(tokens, other)))
        {
            return false;
        }

        at = SkipSymbols(tokens, other.End, Closers);
        return at >= tokens.Count || !tokens[at].IsWord ? !isComma || other.ByLetter : !isComma && !tokens[at].Has(WordRoles.SubjectCopulas);
    }

    /// <summary>Whether an option's name stands in brackets, quotes or emphasis.</summary>
    public static bool IsEnclosed(List<Token> tokens, Reference reference) =>
        reference.First > 0 && tokens[reference.First - 1].IsSymbol(Openers) && !tokens[reference.First].SpaceBefore
        && reference.End < tokens.Count && tokens[reference.End].IsSymbol(")]}\"'”’*_`$<:.") && !tokens[reference.End].SpaceBefore;

    /// <summary>Whether nothing but closing symbols follows up to the end of the line or sentence.</summary>
    public static bool EndsStatement(List<Token> tokens, int at)
    {
        at = SkipSymbols(tokens, at, Closers + "!,;:");
        return at >= tokens.Count || tokens[at].Kind == TokenKind.NewLine || tokens[at - 1].IsSymbol(".!;");
    }

    private static int SkipSymbols(List<Token> tokens, int at, string symbols)
    {
        while (at < tokens.Count && tokens[at].IsSymbol(symbols))
        {
            at++;
        }

        return at;
    }

    private static ImmutableArray<string> WordsOf(string text) => [.. Tokenization.Of(text, 0, text.Length).Where(static token => token.IsWord).Select(static token => token.Text)];

    private Reference? TextAt(List<Token> tokens, int at)
    {
        Reference? longest = null;
        if (_byFirstWord.TryGetValue(tokens[at].Text, out var candidates))
        {
            foreach (var option in candidates)
            {
                if (MatchEnd(tokens, at, _texts[option]) is { } end && (longest is null || end > longest.Value.End))
                {
                    longest = new Reference(option, at, end, ByLetter: false);
                }
            }
        }

        return longest;
    }

    private static int? MatchEnd(List<Token> tokens, int at, ImmutableArray<string> words)
    {
        if (words.Length == 0)
        {
            return null;
        }

        foreach (var word in words)
        {
            while (at < tokens.Count && tokens[at].Kind == TokenKind.Symbol)
            {
                at++;
            }

            if (at >= tokens.Count || tokens[at].Text != word)
            {
                return null;
            }

            at++;
        }

        return at;
    }

    // "no" and "maybe" in front of a noun or clause ("no difference was seen") are no answers.
    private static bool IsVerdict(List<Token> tokens, int end) =>
        end >= tokens.Count || !tokens[end].IsWord || (tokens[end].Has(WordRoles.AfterLetter) && !tokens[end].Is("one") && !tokens[end].Is("the") && !tokens[end].Is("this") && !tokens[end].Is("it"));

    private Reference? LetterAt(List<Token> tokens, int at)
    {
        var token = tokens[at];
        if (!_letters || !token.IsLetter || OptionLetter.IndexOf(token.Text[0]) is not { } option || option >= OptionCount)
        {
            return null;
        }

        var reference = new Reference(option, at, at + 1, ByLetter: true);
        if (IsGlued(tokens, at))
        {
            return null;
        }

        var isEnclosed = IsEnclosed(tokens, reference);
        if (at + 1 >= tokens.Count || tokens[at + 1].Kind == TokenKind.NewLine)
        {
            return reference;
        }

        var next = tokens[at + 1];
        if (next.IsWord)
        {
            // A small letter in front of a word is an article or a part of a name; a capital one needs a word that cannot belong to a name.
            return token.IsCapital && (next.Has(WordRoles.AfterLetter) || BeginsTextOf(tokens, at + 1, option)) ? reference : null;
        }

        // "E. coli": a full stop and a small word that neither starts a clause nor the option's text.
        if (!isEnclosed && next.Is(".") && at + 2 < tokens.Count && tokens[at + 2] is { IsWord: true, IsCapital: false } following
            && !following.Has(WordRoles.AfterLetter) && !BeginsTextOf(tokens, at + 2, option))
        {
            return null;
        }

        return reference;
    }

    // "C-reactive", "T-A", "A+": a letter bound to its neighbours is not an option's name.
    private static bool IsGlued(List<Token> tokens, int at)
    {
        var bindsNext = at + 2 < tokens.Count && tokens[at + 1].IsSymbol("-–+/^~@&=") && !tokens[at + 1].SpaceBefore && !tokens[at + 2].SpaceBefore && tokens[at + 2].IsWord && !(tokens[at + 1].IsSymbol("/") && tokens[at + 2].IsLetter);
        var bindsPrevious = at > 1 && tokens[at - 1].IsSymbol("-–+/^~@&.") && !tokens[at].SpaceBefore && !tokens[at - 1].SpaceBefore && tokens[at - 2].IsWord
            && !(tokens[at - 1].Is("/") && tokens[at - 2].IsLetter);
        return bindsNext || bindsPrevious;
    }
}
