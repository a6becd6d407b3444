using System.Collections.Frozen;

namespace MedQA.Evaluation.Extraction;

/// <summary>Finds options that are counted: "the second option", "die letzte", "第三个选项", "2番目の選択肢".</summary>
internal static class Ordinals
{
    private const int Last = 0;
    private const int MaxPieces = 6;
    private const string Numerals = "一二三四五六七八";

    private static readonly FrozenDictionary<string, int> Words = new (int Place, string Forms)[]
    {
        (1, "first primera première erste ersten"),
        (2, "second segunda deuxième seconde zweite zweiten"),
        (3, "third tercera troisième dritte dritten"),
        (4, "fourth cuarta quatrième vierte vierten"),
        (5, "fifth quinta cinquième fünfte fünften"),
        (6, "sixth sexta sixième sechste sechsten"),
        (Last, "last última ultima dernière letzte letzten"),
    }.SelectMany(static place => place.Forms.Split(' ').Select(form => (form, place.Place)))
        .ToFrozenDictionary(static word => word.form, static word => word.Place);

    /// <summary>Returns the option counted from a token on, and the token after it.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="at">The number.</param>
    /// <param name="options">How many options there are.</param>
    /// <param name="alone">Whether the noun may be missing: "the answer is the last (one)".</param>
    public static (int Option, int End)? At(List<Token> tokens, int at, int options, bool alone)
    {
        if (tokens[at].IsUnspaced || tokens[at].IsNumber)
        {
            return Unspaced(tokens, at, alone) is var (counted, behind) && PlaceOf(counted, options) is { } named ? (named, behind) : null;
        }

        if (!Words.TryGetValue(tokens[at].Text, out var number) || PlaceOf(number, options) is not { } option)
        {
            return null;
        }

        // "My first answer" is an earlier one, "the first choice" the usual one.
        var next = at + 1 < tokens.Count ? tokens[at + 1] : default;
        if (next.IsWord && (next.Text is "option" or "alternative" or "opción" or "alternativa" or "proposition" or "antwortmöglichkeit"
            || (alone && next.Is("one"))))
        {
            return (option, at + 2);
        }

        // "the second of the six", "the fourth on your list".
        if (alone && next.Text is "of" or "on" or "in" && at + 3 < tokens.Count && tokens[at + 2].Text is "the" or "your" or "this"
            && (tokens[at + 3].Text is "list" or "options" or "choices" or "three" or "four" or "five" or "six")
            && OptionReferences.EndsStatement(tokens, at + 4))
        {
            return (option, at + 4);
        }

        return alone && number == Last && !tokens[at].Is("last") && OptionReferences.EndsStatement(tokens, at + 1)
            ? (option, at + 1) : null;
    }

    private static int? PlaceOf(int number, int options) => number == Last ? options - 1 : number <= options ? number - 1 : null;

    private static (int Number, int End)? Unspaced(List<Token> tokens, int at, bool alone)
    {
        if (!tokens[at].IsNumber && tokens[at].Text[0] is not ('第' or '最'))
        {
            return null;
        }

        var text = "";
        for (var end = at; end < tokens.Count && end < at + MaxPieces && tokens[end].IsWord; end++)
        {
            text += tokens[end].Text;
            if (alone && text is ['第', _, '项' or '个'] && Numerals.IndexOf(text[1], StringComparison.Ordinal) is >= 0 and var place
                && (OptionReferences.EndsStatement(tokens, end + 1) || tokens[end + 1].Is(",")))
            {
                return (place + 1, end + 1);
            }

            if (!text.EndsWith("选项", StringComparison.Ordinal) && !text.EndsWith("選択肢", StringComparison.Ordinal))
            {
                continue;
            }

            if (text is "最后一个选项" or "最后选项" or "最後の選択肢")
            {
                return (Last, end + 1);
            }

            var digit = text[0] == '第' ? 1 : 0;
            var number = char.IsAsciiDigit(text[digit]) ? text[digit] - '0' : Numerals.IndexOf(text[digit], StringComparison.Ordinal) + 1;
            return number > 0 && text[(digit + 1)..] is "个选项" or "选项" or "番目の選択肢" or "つ目の選択肢" or "の選択肢"
                ? (number, end + 1) : null;
        }

        return null;
    }
}
