using MedQA.Datasets.Sources;

namespace MedQA.Datasets.Tables;

/// <summary>Finds columns that nobody reads although their names say that they hold options or the right answer: without them a question with options would
/// be taken for one with a free answer, or go unscored.</summary>
internal static class UnreadColumns
{
    private static readonly string[] OptionStems =
    [
        "option", "opción", "opcion", "opzion", "opção", "opcao", "choice", "choix", "alternativ", "distract", "incorrect", "wrong", "candidate", "mc1target",
        "mc2target", "falseanswer", "falschantwort", "otheranswer", "badanswer", "decoy",
        "antwortmöglich", "seçenek", "вариант", "选项", "選項", "選択肢", "보기",
    ];

    private static readonly string[] NumberedStems =
    [
        "ans", "antw", "rép", "rep", "resp", "risp", "op", "cho", "alt", "sol", "cand", "ending", "distract", "incorrect", "wrong", "选", "選",
    ];

    private static readonly string[] GoldStems =
    [
        "answer", "antwort", "réponse", "reponse", "respuesta", "risposta", "resposta", "correct", "korrekt", "richtig", "goldlabel", "groundtruth", "solution",
        "lösung", "doğru", "cevap", "ответ", "答案", "正解", "正答", "정답",
    ];

    private static readonly string[] GoldNames = ["gold", "golden", "label", "labels", "right", "truth", "key"];

    /// <summary>Words that make a name one of something about options or answers: how many, of which kind, why.</summary>
    private static readonly HashSet<string> About =
    [
        "type", "types", "count", "n", "num", "number", "nbr", "total", "rationale", "rationales", "explanation", "explanations", "expl", "exp", "reason",
        "reasoning", "comment", "comments", "format", "length", "order", "shuffled", "score", "scores", "image", "images", "url", "style", "has", "is",
        "time", "date", "source", "rate", "percent", "percentage", "difficulty", "by", "at", "context", "start", "end", "category", "model", "probability",
    ];

    /// <summary>Words of names under which sets list other ways to write the answer.</summary>
    private static readonly string[] SameAnswer = ["alias", "synonym", "accept", "variant", "reference", "normalized"];

    /// <summary>Whether a column's name says that it holds other ways to write the answer.</summary>
    public static bool IsOfSameAnswer(string name) => HasStem(HeaderNames.Plain(name), SameAnswer);

    /// <summary>The columns whose names are those of options.</summary>
    /// <param name="header">The names of all columns.</param>
    /// <param name="plain">The same without what does not count.</param>
    /// <param name="isRead">Whether a column is read.</param>
    public static IReadOnlyList<string> Options(IReadOnlyList<string> header, string[] plain, Func<int, bool> isRead)
    {
        var names = new HashSet<string>(plain, StringComparer.Ordinal);
        var spelled = new HashSet<string>(header, StringComparer.OrdinalIgnoreCase);
        return Found(header, isRead, column =>
            IsOption(header[column], plain[column], names) || (!IsAbout(header[column]) && HasLetter(header[column], spelled)));
    }

    /// <summary>The columns whose names are those of a right answer.</summary>
    /// <param name="header">The names of all columns.</param>
    /// <param name="plain">The same without what does not count.</param>
    /// <param name="isRead">Whether a column is read.</param>
    public static IReadOnlyList<string> Gold(IReadOnlyList<string> header, string[] plain, Func<int, bool> isRead) =>
        Found(header, isRead, column => GoldNames.Contains(plain[column], StringComparer.Ordinal) || (HasStem(plain[column], GoldStems) && !IsAbout(header[column])));

    private static List<string> Found(IReadOnlyList<string> header, Func<int, bool> isRead, Func<int, bool> looksSo) =>
        [.. Enumerable.Range(0, header.Count).Where(column => !isRead(column) && looksSo(column)).Select(column => $"'{Excerpt.Of(header[column])}'")];

    private static bool IsOption(string name, string plain, HashSet<string> names)
    {
        if (plain.Length == 0 || IsAbout(name))
        {
            return false;
        }

        if (HasStem(plain, OptionStems))
        {
            return true;
        }

        // One of a family: a letter, a number or a Roman number in the name, beside the names with the first ones in its place.
        if (HasSiblings(plain, names) || IsRoman(plain, names))
        {
            return true;
        }

        var stem = plain.TrimEnd("0123456789".ToCharArray());
        return stem.Length == plain.Length
            ? plain[^1] is >= 'a' and <= 'z' && names.Contains(plain[..^1] + "a") && names.Contains(plain[..^1] + "b")
            : (stem.Length == 0 || Array.Exists(NumberedStems, known => stem.StartsWith(known, StringComparison.Ordinal)))
                && names.Contains(stem + "1") && (names.Contains(stem + "0") || names.Contains(stem + "2"));
    }

    /// <summary>Whether one letter of a name counts: the same name is there with a, with b and with c in its place.</summary>
    private static bool HasSiblings(string plain, HashSet<string> names) =>
        Enumerable.Range(0, plain.Length).Any(at => plain[at] is >= 'a' and <= 'h'
            && "abc".All(letter => names.Contains($"{plain[..at]}{letter}{plain[(at + 1)..]}")));

    /// <summary>Whether a letter stands alone in a name, as in "text A (German)", and the same name is there with A and with B.</summary>
    private static bool HasLetter(string name, HashSet<string> names) =>
        Enumerable.Range(0, name.Length).Any(at => char.ToLowerInvariant(name[at]) is >= 'a' and <= 'h'
            && (at == 0 || !char.IsLetter(name[at - 1])) && (at + 1 == name.Length || !char.IsLetter(name[at + 1]))
            && "ab".All(letter => names.Contains($"{name[..at]}{letter}{name[(at + 1)..]}")));

    private static bool IsRoman(string plain, HashSet<string> names)
    {
        var stem = plain.TrimEnd('i', 'v', 'x');
        return stem.Length < plain.Length && names.Contains(stem + "i") && names.Contains(stem + "ii") && names.Contains(stem + "iii");
    }

    private static bool HasStem(string plain, string[] stems) => Array.Exists(stems, stem => plain.Contains(stem, StringComparison.Ordinal));

    private static bool IsAbout(string name)
    {
        var spaced = string.Concat(name.Select(static (letter, place) => char.IsUpper(letter) && place > 0 ? $" {letter}" : $"{letter}"));
        return About.Overlaps(Words(name)) || About.Overlaps(Words(spaced));

        static IEnumerable<string> Words(string text) =>
            text.ToLowerInvariant().Split([' ', '_', '-', '.', ':', '(', ')', '/', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }
}
