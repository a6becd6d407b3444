using System.Collections.Frozen;
using System.Collections.Immutable;
using MedQA.Evaluation.Extraction.Words;
using MedQA.Evaluation.Questions;

namespace MedQA.Evaluation.Extraction;

/// <summary>Recognizes where a text names an option of a question: by its letter or by its text.</summary>
internal sealed partial class OptionReferences
{
    private const string Closers = ")]}\"'”’*_`$>.";
    private const string Openers = "([{\"'“‘*_`$<>\\";

    /// <summary>Second parts of organisms' names, which follow the first letter of the first part.</summary>
    private static readonly FrozenSet<string> Species = FrozenSet.Create(
        "abortus", "aeruginosa", "albicans", "anthracis", "baumannii", "botulinum", "burgdorferi", "burnetii", "canis", "capsulatum",
            "carinii", "catarrhalis", "cayetanensis", "cepacia", "cereus", "cloacae", "coli",
        "dermatitidis", "diff", "difficile", "diphtheriae", "faecalis", "faecium", "falciparum", "fib", "flexneri", "fragilis", "freundii",
            "fumigatus", "glabrata", "gondii", "gonorrhoeae", "granulosus", "haemolyticum",
        "hemolyticum", "henselae", "histolytica", "hominis", "immitis", "influenzae", "jejuni", "jirovecii", "krusei", "latum", "leprae",
            "marcescens", "meningitidis", "melitensis", "mirabilis", "multilocularis", "neoformans",
        "parapertussis", "parvum", "perfringens", "pertussis", "pestis", "pneumoniae", "posadasii", "psittaci", "pylori", "pyogenes",
            "quintana", "recurrentis", "septicum", "sonnei", "subtilis", "suis", "tetani", "trachomatis",
        "tropicalis", "tuberculosis", "vermicularis", "vivax");

    private readonly bool _letters;
    private readonly bool _words;
    private readonly bool _numbers;
    private readonly ImmutableArray<ImmutableArray<string>> _texts;
    private readonly Dictionary<string, List<(int Option, ImmutableArray<string> Text)>> _byFirstWord = [];

    private readonly Dictionary<string, int> _byInitials = [];

    public OptionReferences(AnswerSpace space, IReadOnlyList<string> options)
    {
        _letters = space == AnswerSpace.Letters;
        _words = space == AnswerSpace.Words;
        OptionCount = options.Count;
        _texts = [.. options.Select(OptionNames.WordsOf)];
        _numbers = _letters && !options.Any(static option => option.Any(char.IsDigit));

        // Texts that differ in symbols only ("↑ TSH" and "↓ TSH"), or not at all, tell nothing; a text that is a letter is taken for the
        // letter.
        var names = options.SelectMany((option, index) => OptionNames.Of(_texts, index, option)
            .Select(name => (Option: index, Text: name))).ToList();
        foreach (var (option, text) in names)
        {
            var isLetter = _letters && text is [{ Length: 1 } single] && single[0] is >= 'a' and <= 'z';
            if (!isLetter && names.TrueForAll(other => other.Option == option || !other.Text.SequenceEqual(text)))
            {
                if (!_byFirstWord.TryGetValue(text[0], out var same))
                {
                    _byFirstWord.Add(text[0], same = []);
                }

                same.Add((option, text));
            }
        }

        foreach (var same in _texts.Select(static (text, option) => (Option: option, Initials: OptionNames.InitialsOf(text)))
            .Where(static named => named.Initials is not null).GroupBy(static named => named.Initials!))
        {
            if (same.Count() == 1)
            {
                _byInitials.Add(same.Key, same.First().Option);
            }
        }
    }

    public int OptionCount { get; }

    /// <summary>A place where an option is named.</summary>
    /// <param name="Option">The option.</param>
    /// <param name="First">Its first token.</param>
    /// <param name="End">The token after its last.</param>
    /// <param name="ByLetter">Whether it is named by its letter.</param>
    internal readonly record struct Reference(int Option, int First, int End, bool ByLetter);

    /// <summary>
    /// Returns the option that is named from a token on, or <see langword="null"/>. The longest text wins over a shorter one, a text over a
    /// letter.
    /// </summary>
    public Reference? At(List<Token> tokens, int at)
    {
        if (at >= tokens.Count || !tokens[at].IsWord)
        {
            return null;
        }

        return TextAt(tokens, at) is { } text && (!_words || IsVerdict(tokens, text.End)) ? text : LetterAt(tokens, at);
    }

    /// <summary>Returns whether an empty box precedes a token: "( ) C", "☐ C"; a form names all options and chooses none.</summary>
    public static bool IsUnticked(List<Token> tokens, int at)
    {
        at--;
        while (at >= 0 && tokens[at].IsSymbol("*_`("))
        {
            at--;
        }

        return at >= 0 && (tokens[at].IsSymbol("☐□▢◻⬜")
            || (at > 1 && tokens[at].IsSymbol(")]") && (tokens[at - 1].IsSymbol("([")
            || (tokens[at - 1].Is("?") && tokens[at - 2].IsSymbol("([")))) || (at == 1 && tokens[at].IsSymbol(")]")
            && tokens[0].IsSymbol("([")));
    }

    /// <summary>Returns the option that is counted from a token on: "the second option"; with its article.</summary>
    public Reference? CountedAt(List<Token> tokens, int at, bool alone) =>
        _letters && at < tokens.Count && tokens[at].IsWord && Ordinals.At(tokens, at, OptionCount, alone) is var (option, end)
            ? new Reference(option, at > 0 && tokens[at - 1].Has(WordRoles.Articles) ? at - 1 : at, end, ByLetter: true) : null;

    /// <summary>Returns the only option that has all the words from a token to the statement's end, though they are not its name.</summary>
    public Reference? PartAt(List<Token> tokens, int at) => _letters && PartialName.At(tokens, at, _texts) is { } part
        && !IsUnticked(tokens, at) ? new Reference(part.Option, at, part.End, ByLetter: false) : null;

    /// <summary>Returns whether the words of an option's text, or its first ones, begin at a token.</summary>
    public bool BeginsTextOf(List<Token> tokens, int at, int option, int atLeast = 1)
    {
        while (at < tokens.Count && tokens[at].Kind == TokenKind.Symbol)
        {
            at++;
        }

        return at < tokens.Count && tokens[at].IsWord && _texts[option] is [var first, ..]
            && (atLeast < 2 || _texts[option].Length < 2 || (at + 1 < tokens.Count && tokens[at + 1].Text == _texts[option][1]))
            && (first == tokens[at].Text || (tokens[at].IsUnspaced && tokens[at].Text.StartsWith(first, StringComparison.Ordinal)));
    }

    /// <summary>Returns the token after the option's text, if it begins (after symbols) at a token; else that token.</summary>
    public int SkipTextOf(List<Token> tokens, int at, int option)
    {
        var start = at;
        while (start < tokens.Count && tokens[start].Kind == TokenKind.Symbol)
        {
            start++;
        }

        return start < tokens.Count && tokens[start].IsWord ? MatchEnd(tokens, start, _texts[option]) ?? at : at;
    }

    /// <summary>Returns whether an option's name appears in brackets, quotes or emphasis.</summary>
    public static bool IsEnclosed(List<Token> tokens, Reference reference) =>
        reference.First > 0 && tokens[reference.First - 1].IsSymbol(Openers) && !tokens[reference.First].SpaceBefore
        && reference.End < tokens.Count && tokens[reference.End].IsSymbol(")]}\"'”’*_`$<:.") && !tokens[reference.End].SpaceBefore;

    /// <summary>Returns whether nothing but closing symbols follows up to the end of the line or sentence.</summary>
    public static bool EndsStatement(List<Token> tokens, int at)
    {
        at = SkipSymbols(tokens, at, Closers + "!,;:");
        return at >= tokens.Count || tokens[at].Kind == TokenKind.NewLine || tokens[at - 1].IsSymbol(".!;");
    }

    /// <summary>Returns the first token from one on that is none of the symbols.</summary>
    public static int SkipSymbols(List<Token> tokens, int at, string symbols)
    {
        while (at < tokens.Count && tokens[at].IsSymbol(symbols))
        {
            at++;
        }

        return at;
    }

    private Reference? TextAt(List<Token> tokens, int at)
    {
        Reference? longest = null;
        if (_byFirstWord.TryGetValue(tokens[at].IsUnspaced && tokens[at].Text.Length > 1 ? tokens[at].Text[..1]
            : tokens[at].Text, out var candidates))
        {
            foreach (var (option, text) in candidates)
            {
                if (MatchEnd(tokens, at, text) is { } end && !IsUnticked(tokens, at) && (longest is null || end > longest.Value.End))
                {
                    longest = new Reference(option, at, end, ByLetter: false);
                }
            }
        }

        return longest ?? (tokens[at].IsAcronym && _byInitials.TryGetValue(tokens[at].Text, out var initialed)
            ? new Reference(initialed, at, at + 1, ByLetter: false) : null);
    }

    private static int? MatchEnd(List<Token> tokens, int at, ImmutableArray<string> words)
    {
        if (words.Length == 0)
        {
            return null;
        }

        for (var word = 0; word < words.Length;)
        {
            while (at < tokens.Count && tokens[at].Kind == TokenKind.Symbol)
            {
                at++;
            }

            if (at >= tokens.Count)
            {
                return null;
            }

            // Known words of scripts without spaces have several characters, of which the option's are single.
            var text = tokens[at].Text;
            if (text == words[word])
            {
                word++;
            }
            else if (tokens[at].IsUnspaced && text.Length > 1 && word + text.Length <= words.Length
                && text.Select((character, index) => words[word + index] is [var only] && only == character).All(static same => same))
            {
                word += text.Length;
            }
            else
            {
                return null;
            }

            at++;
        }

        return at;
    }

    /// <summary>
    /// Returns the option that a number counts, from 1; <see langword="null"/> if options have numbers of their own, or the number is part
    /// of something else.
    /// </summary>
    public Reference? NumberAt(List<Token> tokens, int at)
    {
        if (!_numbers || at >= tokens.Count || !tokens[at].IsNumber || tokens[at].Text.Length > 1
            || tokens[at].Text[0] - '1' is not (>= 0 and var option) || option >= OptionCount || IsGlued(tokens, at))
        {
            return null;
        }

        return new Reference(option, at, at + 1, ByLetter: true);
    }

    // "no" and "maybe" before a noun or clause ("no difference was seen") are not answers.
    private static bool IsVerdict(List<Token> tokens, int end) =>
        end >= tokens.Count || !tokens[end].IsWord || (tokens[end].Has(WordRoles.AfterLetter) && !tokens[end].Is("one")
            && !tokens[end].Is("the") && !tokens[end].Is("this") && !tokens[end].Is("it"));

    private Reference? LetterAt(List<Token> tokens, int at)
    {
        var token = tokens[at];
        if (!_letters || !token.IsLetter || OptionLetter.IndexOf(token.Text[0]) is not { } option || option >= OptionCount)
        {
            return null;
        }

        var reference = new Reference(option, at, at + 1, ByLetter: true);
        if (IsGlued(tokens, at) || IsUnticked(tokens, at))
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
            // A small letter before a word is an article or a part of a name; a capital one needs a word that cannot belong to a name.
            var isNamed = next.Has(WordRoles.AfterLetter) || (next.Has(WordRoles.Leads) && next.Has(WordRoles.Adverbs))
                || BeginsTextOf(tokens, at + 1, option, atLeast: 2);
            return isNamed && (token.IsCapital || IsSmallName(tokens, at)) ? reference : null;
        }

        // "E. coli", "E. Coli": a full stop and an organism's name, or a word that neither starts a clause nor the option's text.
        if (!isEnclosed && next.Is(".") && at + 2 < tokens.Count && tokens[at + 2] is { IsWord: true } following
            && !BeginsTextOf(tokens, at + 2, option)
            && (Species.Contains(following.Text) || (!following.IsUnspaced && !following.Has(WordRoles.AfterLetter)
            && (!following.IsCapital || (following.Roles == WordRoles.None && EndsStatement(tokens, at + 3))))))
        {
            return null;
        }

        return reference;
    }

    // "option c is", and "c is" at the start of a sentence; there "a" and "i" are words.
    private static bool IsSmallName(List<Token> tokens, int at) =>
        (at > 0 && tokens[at - 1].Has(WordRoles.OptionNouns)) || (tokens[at].Text is not ("a" or "i")
            && tokens[at + 1].Has(WordRoles.SubjectCopulas) && Clauses.BeginsSentence(tokens, at));

    // "C-reactive", "T-A", "A+": a letter bound to its neighbours is not an option's name.
    private static bool IsGlued(List<Token> tokens, int at)
    {
        var bindsNext = at + 2 < tokens.Count && tokens[at + 1].IsSymbol("-–+/^~@&=") && !tokens[at + 1].SpaceBefore
            && !tokens[at + 2].SpaceBefore && tokens[at + 2].IsWord && !(tokens[at + 1].IsSymbol("/") && tokens[at + 2].IsLetter);
        var bindsPrevious = at > 1 && tokens[at - 1].IsSymbol("-–+/^~@&.") && !tokens[at].SpaceBefore && !tokens[at - 1].SpaceBefore
            && tokens[at - 2].IsWord
            && !(tokens[at - 1].Is("/") && tokens[at - 2].IsLetter);

        // "A+", "B-": a blood group, an antigen, a grade.
        var hasSign = at + 1 < tokens.Count && tokens[at + 1].IsSymbol("+-−") && !tokens[at + 1].SpaceBefore
            && (at + 2 >= tokens.Count || !tokens[at + 2].IsWord || tokens[at + 1].Is("+"));
        return bindsNext || bindsPrevious || hasSign;
    }
}
