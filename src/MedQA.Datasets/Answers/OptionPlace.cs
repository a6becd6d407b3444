using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Answers;

/// <summary>What people write around the place of an option: "Option B", "(b)", "**B**", "Answer: 2", full-width letters.</summary>
internal static partial class OptionPlace
{
    private const int MaxLength = 2000;
    private const string Wrapping = "*_`\"'“”‘’«»[](){}<>$「」【】（）";

    /// <summary>Returns a text in usual characters: full-width ones as ASCII.</summary>
    public static string Usual(string value) =>
        string.Create(value.Length, value, static (characters, original) =>
        {
            for (var place = 0; place < characters.Length; place++)
            {
                characters[place] = original[place] is >= '！' and <= '～' and var wide ? (char)(wide - 0xFEE0) : original[place];
            }
        });

    /// <summary>Returns a value without what surrounds it: marks of emphasis, brackets, "Answer:", "Option", a last dot or comma.</summary>
    public static string Bare(string value)
    {
        if (value.Length > MaxLength)
        {
            return value;
        }

        var bare = Usual(value);
        string before;
        do
        {
            before = bare;
            bare = bare.Trim().Trim('*', '_', '`').TrimEnd('.', ',', ';', ':', '。', '，').Trim();
            bare = bare is [var first, .., var last]
                && Wrapping.Contains(first, StringComparison.Ordinal)
                && Wrapping.Contains(last, StringComparison.Ordinal)
                ? bare[1..^1]
                : bare;
            bare = bare[Prefix().Match(bare).Length..];
        }
        while (bare.Length < before.Length && bare.Length > 0);
        return bare;
    }

    /// <summary>Returns the letter or the number in a value that means only that; neither where it is anything else.</summary>
    public static (int? Letter, int? Number) Of(string value)
    {
        var bare = Bare(value);
        var short_ = ShortPrefix().Match(bare).Length;
        bare = short_ > 0 ? bare[short_..] : bare;
        return (bare.Length == 1 ? OptionLetter.IndexOf(bare[0]) : null,
            bare.Length <= 3 && int.TryParse(bare, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);
    }

    /// <summary>Returns a letter or number and the text after it, as in "B. Digoxin", "(2) Digoxin" and "B Digoxin".</summary>
    public static (int? Letter, int? Number, string Text)? WithText(string value)
    {
        var match = value.Length > MaxLength ? Match.Empty : PlaceAndText().Match(Bare(value));
        return match.Success
            ? (OptionLetter.IndexOf(
                match.Groups["place"].Value[0]), int.TryParse(match.Groups["place"].Value, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null,
                match.Groups["text"].Value)
            : null;
    }

    /// <summary>
    /// Returns the labels that the options' own texts begin with ("B. Retinol", "A. Thiamine", …) where they are not those of their places;
    /// else <see langword="null"/>. An answer "B" then means one option by its label and another by its place.
    /// </summary>
    public static string? OtherLabels(IReadOnlyList<string> options)
    {
        var labels = new string[options.Count];
        var mayBeNames = false;
        for (var place = 0; place < labels.Length; place++)
        {
            var text = options[place].Length > MaxLength ? "" : Usual(options[place]);
            var match = Label().Match(text);
            if (!match.Success)
            {
                (match, mayBeNames) = (NameOrLabel().Match(text), true);
            }

            if (!match.Success || SeveralLetters().IsMatch(text))
            {
                return null;
            }

            labels[place] = match.Groups["label"].Value is [>= '\u2460' and <= '\u2473' and var circled]
                ? (circled - '\u2460' + 1).ToString(CultureInfo.InvariantCulture)
                : match.Groups["label"].Value;
        }

        var areNumbers = Array.TrueForAll(labels, static label => char.IsAsciiDigit(label[0]));
        if (!areNumbers && Array.Exists(labels, static label => char.IsAsciiDigit(label[0])))
        {
            return null;
        }

        var named = Array.ConvertAll(
            labels, label => areNumbers ? int.Parse(label, CultureInfo.InvariantCulture) : char.ToUpperInvariant(label[0]) - 'A');
        if (!named.Order().SequenceEqual(Enumerable.Range(mayBeNames ? 0 : named.Min(), named.Length)))
        {
            // Anything but a run of letters or numbers is something else: the genera of species, years.
            return null;
        }

        var isOfPlaces = named.SequenceEqual(Enumerable.Range(named[0], named.Length)) && (named[0] == 0 || (areNumbers && named[0] == 1));
        return isOfPlaces ? null : string.Join(", ", labels);
    }

    /// <summary>
    /// Returns whether a value can only be a letter with an option's text, as "(B) digoxin" and "B. Digoxin". The name of a species ("C.
    /// difficile") is none, nor is "A: " before any answer.
    /// </summary>
    public static bool IsMarked(string value) => value.Length <= MaxLength && MarkedText().IsMatch(Usual(value).Trim());

    /// <summary>Returns whether a value names several options by letters: "A, C", "A and C", "ABD". Letters alone are in order.</summary>
    public static bool AreLetters(string value) =>
        Several(value, 8) is { Count: > 1 } letters && letters.All(static letter => Of(letter).Letter is not null)
        && (Bare(value).Any(static c => !char.IsAsciiLetter(c)) || letters.SequenceEqual(letters.Order(StringComparer.Ordinal)));

    /// <summary>
    /// Returns the letters of a value that names several options, as in "ABD", "A, C" and "A and C"; none if it does not.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="options">How many options there are.</param>
    public static IReadOnlyList<string> Several(string value, int options)
    {
        if (value.Length > 100)
        {
            return [];
        }

        var bare = Bare(value);
        var parts = Between().Split(bare).Select(Bare).Where(static part => part.Length > 0).ToArray();
        if (parts is [var run] && run.Length <= options)
        {
            parts = [.. run.Select(static letter => letter.ToString())];
            parts = run.All(char.IsAsciiLetterUpper) || run.All(char.IsAsciiLetterLower) ? parts : [];
        }

        var places = parts.Select(Of).ToArray();
        return parts.Length >= 2 && parts.Distinct(StringComparer.OrdinalIgnoreCase).Count() == parts.Length
            && (Array.TrueForAll(places, place => place.Letter < options) || Array.TrueForAll(places, place => place.Number <= options))
            ? parts
            : [];
    }

    /// <summary>Returns a text for comparison: usual characters in lower case, one space between words, no mark at its ends.</summary>
    public static string Comparable(string text) =>
        string.Join(' ', Usual(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Trim(' ', '.', ',', ';', ':', '*', '"', '\'')
            .ToLowerInvariant();

    [GeneratedRegex(
        @"^(?:the\s+)?(?:correct\s+|right\s+|best\s+)?(?:answer|ans|option|choice|alternative|ending|letter"
        + @"|antwort|réponse|respuesta|risposta|resposta|答案|正解|정답)"
        + @"(?:\s+(?:is|option|choice))?(?:[\s_:.#=-]+|$)|^\\(?:boxed|text|mathrm|mathbf)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Prefix();

    [GeneratedRegex(
        @"^(?:options?|choices?|answers?|endings?|opt|op|ans)[_.-]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ShortPrefix();

    /// <summary>A text that begins with several letters, as "B and C": these are not a label.</summary>
    [GeneratedRegex(
        @"^\s*[A-Z]\s+(?:and|or|und|oder|et|ou|y|o|e|&|\+|/|vs\.?|[A-Z])(?:\s|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SeveralLetters();

    [GeneratedRegex(@"^[(\[]?(?<place>[A-Za-z]|[0-9]{1,2})(?:\s*[)\].:,、–—-]\s*|\s+)(?<text>\S(?:.|\n)*)$", RegexOptions.NonBacktracking)]
    private static partial Regex PlaceAndText();

    [GeneratedRegex(
        @"^\s*(?:(?<label>[\u2460-\u2473])|[(\[](?<label>[A-Za-z]|[0-9]{1,2})[)\]]|(?<label>[A-Za-z]|[0-9]{1,2})[):](?:[^0-9]|$)"
        + @"|(?<label>[A-Za-z]|[0-9]{1,2})\.(?:\s+[^\p{Ll}\s]|[^\p{Ll}\s0-9]))",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex(
        @"^\s*(?:\*\*|(?:[Oo]ption|[Cc]hoice)\s)?[(\[]?(?<label>[A-Za-z])(?:[)\]:.]{1,2}(?:\*\*)?\s*|\s?[-–—]\s+|、\s*)\S"
        + @"|^\s*(?<label>[A-Z])\s+\S",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NameOrLabel();

    [GeneratedRegex(
        @"^(?:[(\[][A-Ha-h][)\]]|[A-Ha-h]\)|[B-H]:|[A-H]\.\s+[^\p{Ll}\s])",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MarkedText();

    [GeneratedRegex(
        @"\s*[,;/&+、，；|]\s*(?:(?:and|or)\s+)?|\s+(?:and|or|und|oder|et|ou|y|o)\s+|\s+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Between();
}
