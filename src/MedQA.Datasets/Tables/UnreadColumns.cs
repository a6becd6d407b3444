using System.Text;

namespace MedQA.Datasets.Tables;

/// <summary>Finds columns that are not read although their names say that they hold options or the right answer: otherwise a question
/// with options would be read as one with a free answer, or go unscored.</summary>
internal static class UnreadColumns
{
    private static readonly string[] OptionStems =
    [
        "option", "opción", "opcion", "opzion", "opção", "opcao", "choice", "choix", "alternativ", "distract", "incorrect", "wrong",
        "candidate", "mc1target", "mc2target", "falseanswer", "negatives", "negativeanswer",
        "hardnegative", "falschantwort", "falsch", "misconception", "otheranswer", "badanswer", "decoy", "antwortmöglich",
        "seçenek", "вариант", "选项", "選項", "選択肢", "보기",
    ];

    private static readonly string[] NumberedStems =
    [
        "ans", "antw", "rép", "rep", "resp", "risp", "op", "cho", "alt", "sol", "cand", "ending", "distract", "incorrect", "wrong", "选",
        "選",
    ];

    private static readonly string[] GoldStems =
    [
        "expected", "answer", "antwort", "réponse", "reponse", "respuesta", "risposta", "resposta", "correct", "korrekt", "richtig",
        "goldlabel", "groundtruth", "solution", "lösung", "doğru", "cevap", "ответ", "答案", "正解", "正答", "정답",
    ];

    private static readonly string[] GoldNames = ["gold", "golden", "label", "labels", "right", "truth", "key"];

    /// <summary>Words that make a name one of something about options or answers: how many, of which kind, why.</summary>
    private static readonly HashSet<string> About =
    [
        "type", "types", "count", "n", "num", "number", "nbr", "total", "rationale", "rationales", "explanation", "explanations", "expl",
        "exp", "reason", "reasoning", "comment", "comments", "format", "length", "order", "shuffled", "score", "scores", "image",
        "images", "url", "style", "has", "is", "time", "date", "source", "rate", "percent", "percentage", "difficulty", "by", "at",
        "context", "start", "end", "category", "model", "probability",
    ];

    /// <summary>Words of names under which sets list other ways to write the answer. "Variants" are options in some languages.</summary>
    private static readonly string[] SameAnswer = ["alias", "synonym", "accept", "reference", "normalized"];

    /// <summary>Words of names under which sets keep what a question comes from, what it is about and why its answer is right.</summary>
    private static readonly HashSet<string> Notes =
    [
        "id", "idx", "index", "title", "name", "language", "lang", "note", "notes", "comment", "comments", "remark", "remarks", "tag",
        "tags", "keyword", "keywords", "focus", "entity", "entities", "concept", "concepts", "cui", "mesh", "topic", "topics", "subject",
        "subjects", "category", "categories", "subcategory", "chapter", "section", "area", "domain", "field", "specialty", "level",
        "difficulty", "split", "type", "types", "qtype", "year", "date", "time", "page", "url", "urls", "link", "links", "source",
        "sources", "citation", "citations", "doi", "pmid", "author", "authors", "reviewer", "annotator", "rater", "editor", "judge",
        "image", "images", "img", "figure", "file", "path", "hint", "hints", "fact", "facts", "evidence", "support", "supporting",
        "explanation", "explanations", "expl", "exp", "rationale", "rationales", "reason", "reasoning", "cot", "thought", "justification",
        "feedback", "metadata", "model", "version", "hash", "licence", "license", "snippet", "snippets",
        "copyright", "publisher", "journal", "institution", "university", "attribution",
    ];

    /// <summary>Words of names of texts about the answer, or of what a model made of a question: none that a question is about.</summary>
    private static readonly HashSet<string> NoPassage =
    [
        "explanation", "explanations", "expl", "exp", "rationale", "rationales", "reason", "reasoning", "cot", "thought", "justification",
        "feedback", "comment", "comments", "solution", "answer", "answers", "response", "output",
        "completion", "generation", "prediction", "url", "link", "source", "citation", "reference", "references", "licence", "license",
        "arguments", "prompt", "instruction", "instructions", "system", "has", "is", "num", "number", "count", "length", "score",
        "relevance", "required", "needed", "metamap", "rubric", "rubrics", "aliases", "synonyms", "tags", "examples",
    ];

    private static readonly HashSet<string> Answers =
        ["answer", "answers", "antwort", "réponse", "respuesta", "risposta", "resposta", "gold", "truth", "output", "completion"];

    private static readonly string[] PassageStems =
    [
        "passage", "vignette", "article", "paragraph", "narrative", "story", "dialog", "transcript", "conversation", "excerpt",
        "casedescription", "casepresentation", "casetext", "patientcase", "clinicalcase", "patientnote", "clinicalnote", "context",
        "sent2", "fallbeschreibung", "lesetext", "scenario", "patientinfo", "patientdescription", "patientsummary", "patienttext",
        "patientpresentation", "patienthistory", "patientdata", "clinicalinfo", "clinicaldata", "clinicaltext", "clinicalhistory",
        "clinicalsummary", "clinicaldescription", "caseinfo", "casesummary", "casehistory", "anamnes",
    ];

    /// <summary>Names of texts that may be what a question is about, as well as the question itself or something else.</summary>
    private static readonly string[] TextNames =
    [
        "text", "stimulus", "situation", "setup", "preamble", "intro", "introduction", "description", "lead", "hpi",
        "clinicalpresentation", "presentingcomplaint",
        "chiefcomplaint", "findings", "labs", "labresults",
    ];

    /// <summary>Those of <see cref="TextNames"/> under which a short text is a remark as often as what a question is about.</summary>
    private static readonly string[] RemarkNames =
        ["text", "situation", "setup", "preamble", "intro", "introduction", "description", "lead"];

    /// <summary>What rows of names have in common that are those of tags, models, addresses and questions to be asked next.</summary>
    private static readonly string[] MetadataFamilies =
    [
        "tag", "tags", "keyword", "keywords", "kw", "follow up", "followup", "follow up question", "followup question", "next question",
        "related question", "model", "llm", "url", "urls", "link", "ref", "refs", "reference", "source", "citation", "author", "image",
        "category", "subcategory", "topic", "subtopic", "mesh", "concept", "annotator", "reviewer", "rater",
    ];

    /// <summary>Names that flag an answer as right or not.</summary>
    private static readonly string[] Flags = ["iscorrect", "correct", "isright", "right", "isanswer", "istrue", "correctness"];

    private static readonly HashSet<string> GoldWords =
    [
        "answer", "answers", "ans", "correct", "right", "gold", "golden", "gt", "truth", "true", "label", "target", "solution", "response",
        "positive", "expected", "ideal", "reference", "completion", "antwort", "richtig", "réponse", "respuesta", "risposta", "resposta",
    ];

    /// <summary>Words of names of what is said about answers, about pictures, or by models.</summary>
    private static readonly HashSet<string> NoGold =
    [
        "has", "is", "count", "n", "total", "type", "types", "rationale", "explanation", "explanations", "exp", "reason", "reasoning",
        "comment", "comments", "url", "score", "scores", "rate", "model", "source", "required", "needed", "start", "end", "time", "date",
        "name", "caption",
        "width", "height", "false", "names", "difficulty", "category", "format", "length",
    ];

    private static readonly HashSet<string> Pictures =
        ["image", "images", "img", "imgs", "picture", "pictures", "photo", "photos", "figure", "figures", "bild", "bilder", "imagen"];

    /// <summary>Words by which a name is one of a row of names.</summary>
    private static readonly HashSet<string> Ordinals =
    [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "one", "two", "three", "four", "five", "six",
        "seven", "eight", "st", "nd", "rd", "th", "ii", "iii", "iv", "vi", "vii", "viii", "alpha", "beta", "gamma", "delta", "epsilon",
        "zeta", "eins", "zwei", "drei", "vier", "fünf", "erste", "zweite", "dritte", "vierte", "fünfte", "un", "deux", "trois", "quatre",
        "cinq", "premier", "première", "deuxième", "troisième", "quatrième", "uno", "dos", "tres", "cuatro", "cinco", "primera",
        "primero", "segunda", "segundo", "tercera", "tercero", "cuarta", "cuarto", "primo", "secondo", "terzo", "quarto", "prima",
        "seconda", "terza", "quarta",
    ];

    /// <summary>Returns what the names of the unread columns say.</summary>
    /// <param name="names">The names of all columns.</param>
    /// <param name="isRead">Whether a column is read.</param>
    public static IReadOnlyList<UnreadColumn> Of(IReadOnlyList<string> names, Func<int, bool> isRead)
    {
        var unread = Enumerable.Range(0, names.Count).Where(column => !isRead(column)).ToList();
        var families = unread.ConvertAll(column => Family(names[column]));
        return unread.ConvertAll(column => names[column]).Select((name, place) => new UnreadColumn(
            unread[place],
            families[place],
            families[place] is { } family && families.Count(other => other == family) > 1
                && !MetadataFamilies.Contains(family),
            IsNote(name) || MetadataFamilies.Contains(families[place]),
            IsOfSameAnswer(name),
            Answers.Overlaps(Words(name)),
            IsPassage(name),
            HeaderNames.IsOf(HeaderNames.Plain(name), TextNames),
            MayHoldPassage(name),
            MayBeGold(name),
            IsPicture(name))).ToList();
    }

    /// <summary>Returns whether a column's name says that it holds other ways to write the answer.</summary>
    private static bool IsOfSameAnswer(string name) => HasStem(HeaderNames.Plain(name), SameAnswer);

    /// <summary>
    /// Returns whether a column's name says that it holds notes on a question, as its source, its topic or why its answer holds.
    /// </summary>
    public static bool IsNote(string name) => Notes.Overlaps(Words(name));

    /// <summary>Returns whether a column's name says that it holds what a question is about.</summary>
    public static bool IsPassage(string name) => HasStem(HeaderNames.Plain(name), PassageStems) && !IsNote(name) && MayHoldPassage(name);

    /// <summary>Returns whether a column's name leaves open that it says which answer is right: as a place, or as a text.</summary>
    private static bool MayBeGold(string name) =>
        Words(name) is var words && words.Exists(GoldWords.Contains) && !words.Exists(NoGold.Contains);

    /// <summary>Returns whether a column's name is one under which a short text may be a remark on the question.</summary>
    public static bool MayBeRemark(string name) => HeaderNames.IsOf(HeaderNames.Plain(name), RemarkNames);

    /// <summary>Returns whether a column's name is that of pictures.</summary>
    private static bool IsPicture(string name) =>
        Words(name) is var words && words.Exists(Pictures.Contains) && !words.Exists(NoGold.Contains);

    /// <summary>Returns whether a column's name says that it flags an answer as right or not.</summary>
    public static bool IsFlag(string name) => HeaderNames.IsOf(HeaderNames.Plain(name), Flags);

    /// <summary>Returns whether a column's name leaves open that it holds what a question is about.</summary>
    public static bool MayHoldPassage(string name) => !NoPassage.Overlaps(Words(name));

    /// <summary>
    /// Returns what a name has in common with others that differ in a number, a letter or an ordinal only ("first", "text 2", no name at
    /// all); <see langword="null"/> if it has none of these.
    /// </summary>
    private static string? Family(string name)
    {
        var words = Words(name);
        var common = words.Where(static word => word.Length > 1 && !Ordinals.Contains(word) && !word.All(IsNumeral)).ToList();
        return words.Count == 0 || common.Count < words.Count ? string.Join(' ', common) : null;
    }

    /// <summary>Returns the columns whose names are those of options.</summary>
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

    /// <summary>Returns the columns whose names are those of a right answer.</summary>
    /// <param name="header">The names of all columns.</param>
    /// <param name="plain">The same without what does not count.</param>
    /// <param name="isRead">Whether a column is read.</param>
    public static IReadOnlyList<string> Gold(IReadOnlyList<string> header, string[] plain, Func<int, bool> isRead) =>
        Found(header, isRead, column =>
            GoldNames.Contains(plain[column], StringComparer.Ordinal) || (HasStem(plain[column], GoldStems) && !IsAbout(header[column])));

    private static List<string> Found(IReadOnlyList<string> header, Func<int, bool> isRead, Func<int, bool> looksSo) =>
        [.. Enumerable.Range(0, header.Count)
            .Where(column => !isRead(column) && looksSo(column))
            .Select(column => $"'{Excerpt.Of(header[column])}'")];

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

    /// <summary>Returns whether one letter of a name counts: the same name is there with a, with b and with c in its place.</summary>
    private static bool HasSiblings(string plain, HashSet<string> names) =>
        Enumerable.Range(0, plain.Length).Any(at => plain[at] is >= 'a' and <= 'h'
            && "abc".All(letter => names.Contains($"{plain[..at]}{letter}{plain[(at + 1)..]}")));

    /// <summary>
    /// Returns whether a letter is a word of a name, as in "text A (German)", and the same name is there with A and with B.
    /// </summary>
    private static bool HasLetter(string name, HashSet<string> names) =>
        Enumerable.Range(0, name.Length).Any(at => char.ToLowerInvariant(name[at]) is >= 'a' and <= 'h'
            && (at == 0 || !char.IsLetter(name[at - 1])) && (at + 1 == name.Length || !char.IsLetter(name[at + 1]))
            && "ab".All(letter => names.Contains($"{name[..at]}{letter}{name[(at + 1)..]}")));

    private static bool IsRoman(string plain, HashSet<string> names)
    {
        var stem = plain.TrimEnd('i', 'v', 'x');
        return stem.Length < plain.Length && names.Contains(stem + "i") && names.Contains(stem + "ii") && names.Contains(stem + "iii");
    }

    private static bool HasStem(string plain, string[] stems) =>
        Array.Exists(stems, stem => plain.Contains(stem, StringComparison.Ordinal));

    private static bool IsAbout(string name) => About.Overlaps(Words(name)) || About.Overlaps(Separated(name));

    /// <summary>Returns the words of a name, in lower case: between separators, at capitals, and where letters and digits meet.</summary>
    private static List<string> Words(string name)
    {
        var spaced = new StringBuilder();
        for (var place = 0; place < name.Length; place++)
        {
            var (last, next) = (place > 0 ? name[place - 1] : ' ', name[place]);
            spaced.Append((char.IsUpper(next) && char.IsLower(last)) || IsNumeral(next) != IsNumeral(last) ? " " : "").Append(next);
        }

        return Separated(spaced.ToString());
    }

    private static bool IsNumeral(char letter) => char.IsNumber(letter) || "一二三四五六甲乙丙丁".Contains(letter, StringComparison.Ordinal);

    private static List<string> Separated(string text) =>
        [.. text.ToLowerInvariant().Split(Separators, StringSplitOptions.RemoveEmptyEntries)];

    private static readonly char[] Separators = [' ', '_', '-', '.', ':', '(', ')', '[', ']', '/', '#', '\n', '\r', '\t', '\uFEFF'];
}
