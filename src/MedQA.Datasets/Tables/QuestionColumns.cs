using System.Globalization;
using MedQA.Datasets.Answers;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Which column of a table holds which part of a question; −1 if none does.</summary>
internal sealed record QuestionColumns
{
    /// <summary>How many rows a header is looked for in.</summary>
    public const int MaxTitleRows = 10;

    public required int Question { get; init; }

    /// <summary>
    /// The column of what the question is about, in sets that give the two as a stem with a question or a lead-in; one of <see
    /// cref="Contexts"/>.
    /// </summary>
    public int Stem { get; init; } = -1;

    /// <summary>The columns that are named as a question is, and are not read as one.</summary>
    public IReadOnlyList<int> OtherQuestions => field ??=
    [
        .. Enumerable.Range(0, Names.Count).Where(column => !Reads(column)
            && (HeaderNames.IsQuestion(Names[column]) || HeaderNames.IsOf(HeaderNames.Plain(Names[column]), HeaderNames.Asking))),
    ];

    public int Id { get; init; } = -1;

    public int Dataset { get; init; } = -1;

    public int Topic { get; init; } = -1;

    /// <summary>The columns that may hold what a question is about, in the order in which their names count.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [];

    /// <summary>The column with all options in one field.</summary>
    public int OptionList { get; init; } = -1;

    /// <summary>A column per option, in the options' order; empty if there are none.</summary>
    public IReadOnlyList<int> Options { get; init; } = [];

    /// <summary>The names of all columns as written.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The names of the option columns, without what does not count: a right answer may name one.</summary>
    public IReadOnlyList<string> OptionNames { get; init; } = [];

    /// <summary>The column that may hold options or the right answer.</summary>
    public int Answers { get; init; } = -1;

    public IReadOnlyList<GoldColumn> Gold { get; init; } = [];

    public int References { get; init; } = -1;

    /// <summary>The columns that are marked as metadata: they are not looked at for options or an answer.</summary>
    public IReadOnlyList<int> Marked { get; init; } = [];

    /// <summary>The columns that are kept beside the question, with the names under which they are.</summary>
    public IReadOnlyList<(int Column, string Name)> Metadata => field ??=
    [
        .. Enumerable.Range(0, Names.Count)
            .Where(column => Marked.Contains(column) || !Reads(column))
            .Select(column => (column, NamedAs.GetValueOrDefault(column) ?? MetadataReading.NameOf(Names[column])))
            .Where(static column => column.Item2.Length > 0),
    ];

    /// <summary>The columns that a map names pair or group, with these names.</summary>
    public IReadOnlyDictionary<int, string> NamedAs { get; init; } = new Dictionary<int, string>();

    /// <summary>The columns of the map that the header has.</summary>
    public IReadOnlyList<string> Mapped { get; init; } = [];

    /// <summary>How many columns have a meaning.</summary>
    public int Count => Options.Count + Gold.Count + Contexts.Count + Single.Count(static column => column >= 0);

    /// <summary>Whether the table has options at all.</summary>
    public bool HasOptions => Options.Count > 0 || OptionList >= 0;

    private int[] Single => [Question, Id, Dataset, Topic, OptionList, Answers, References];

    /// <summary>Whether these are enough for a row below a title to be the header: a question with options or an answer.</summary>
    public bool IsHeaderBelowTitle => Count >= 2 && (HasOptions || Gold.Count > 0 || References >= 0);

    /// <summary>Returns whether a column has a meaning.</summary>
    public bool Reads(int column) =>
        Options.Contains(column) || Contexts.Contains(column) || Array.IndexOf(Single, column) >= 0 || Marked.Contains(column)
        || Gold.Any(gold => gold.Column == column);

    /// <summary>The unread columns, with what their names say.</summary>
    public IReadOnlyList<UnreadColumn> Unread => field ??= UnreadColumns.Of(Names, Reads);

    /// <summary>The columns that flag the answer in another column as right or not.</summary>
    public IReadOnlyList<int> Flags => field ??=
    [
        .. Enumerable.Range(0, Names.Count).Where(column => UnreadColumns.IsFlag(Names[column]) && Gold.Any(gold => gold.Column != column)),
    ];

    /// <summary>Returns a column's name in messages: its name in quotes, or its place if it has none.</summary>
    public string NameOf(int column) =>
        string.IsNullOrWhiteSpace(Names[column]) ? $"column {column + 1} (without a name)" : $"'{Excerpt.Of(Names[column])}'";

    /// <summary>Reads a header.</summary>
    /// <param name="header">The names of the columns.</param>
    /// <param name="fault">Why the header is none of a question set; empty if it is one.</param>
    /// <param name="map">Which columns hold which part whatever they are called, or <see langword="null"/>.</param>
    /// <param name="isRecord">Whether the names are the properties of a JSON record.</param>
    public static QuestionColumns? Recognize(
        IReadOnlyList<string> header, out string fault, ColumnMap? map = null, bool isRecord = false)
    {
        fault = "";
        var names = map is null ? header : MappedHeader.Of(map, header, isRecord, out fault);
        if (fault.Length > 0)
        {
            return null;
        }

        // A name that is marked is none that anything is looked for under: no plain name has a colon.
        var plain = names.Select(
            static (name, column) => MetadataReading.IsMarked(name) ? $":{column}" : HeaderNames.Plain(name)).ToArray();
        var options = OptionColumns(header, plain, out fault);
        if (fault.Length > 0)
        {
            return null;
        }

        var list = options.Count > 0 ? -1 : First(plain, HeaderNames.Options);
        var gold = GoldColumns(header, plain, HeaderNames.Gold);
        var answers = options.Count > 0 || list >= 0 ? -1 : Array.IndexOf(plain, HeaderNames.Answers);
        var other = gold.Count > 0 ? [] : GoldColumns(header, plain, HeaderNames.OtherGold).Where(column => column.Column != answers);
        var hasOptions = options.Count > 0 || list >= 0 || answers >= 0;
        string[] questionNames = [.. HeaderNames.Question, .. HeaderNames.PublishedQuestion];
        questionNames = hasOptions ? questionNames : [.. questionNames.Except(HeaderNames.QuestionOnlyWithOptions, StringComparer.Ordinal)];
        var question = First(plain, [.. questionNames.Where(name => !options.Exists(option => plain[option] == HeaderNames.Plain(name)))]);
        IReadOnlyList<int> contexts =
            [.. HeaderNames.Context.Select(name => Array.IndexOf(plain, HeaderNames.Plain(name))).Where(static column => column >= 0)];
        if (plain.Contains("hint", StringComparer.Ordinal) && plain.Contains("lecture", StringComparer.Ordinal))
        {
            // ScienceQA calls hint what its question is about, and lecture what is taught.
            contexts = [.. contexts, Array.IndexOf(plain, "hint")];
        }

        var asking = First(plain, HeaderNames.Asking);
        var stem = asking < 0 ? -1 : First(plain, HeaderNames.Stem);
        question = stem >= 0 || (question < 0 && contexts.Count > 0) ? asking : question;
        var columns = new QuestionColumns
        {
            Names = header,
            Question = question,
            Stem = stem,
            Id = First(plain, HeaderNames.Id),
            Dataset = First(plain, HeaderNames.Dataset),
            Topic = First(plain, HeaderNames.Topic),
            Contexts = stem >= 0 ? [.. contexts, stem] : contexts,
            Options = options,
            OptionList = list,
            References = First(plain, HeaderNames.References),
            OptionNames = [.. options.Select(column => plain[column])],
            Answers = answers,
            Gold = [.. gold, .. other],
            Mapped = map is null ? [] : [.. MappedHeader.Found(map, header)],
            NamedAs = names.Index()
                .Select(static name => (name.Index, Name: MetadataReading.IsMarked(name.Item) ? MetadataReading.NameOf(name.Item) : ""))
                .Where(static name => ColumnMap.NamedMetadata.Contains(name.Name))
                .ToDictionary(static name => name.Index, static name => name.Name),
            Marked = [.. Enumerable.Range(0, plain.Length).Where(column => plain[column].StartsWith(':'))],
        };
        if (columns.Question < 0)
        {
            fault = $"no {(isRecord ? "property" : "column")} is named question (or {string.Join(", ", HeaderNames.Question.Skip(1))}); "
                + $"the {(isRecord ? "properties" : "columns")} are {MappedHeader.Listed(header)}.";
            return null;
        }

        if (columns.Twice(plain) is { } twice)
        {
            fault = $"two columns are named '{Excerpt.Of(header[twice])}'; rename or remove one.";
            return null;
        }

        var idle = Enumerable.Range(0, names.Count).FirstOrDefault(
            column => !ReferenceEquals(names[column], header[column]) && !columns.Reads(column), -1);
        if (idle >= 0)
        {
            fault = $"'{Excerpt.Of(header[idle])}' is mapped to {names[idle]}, which is not read beside the other columns"
                + (names[idle].StartsWith("option", StringComparison.Ordinal)
                    ? ": options are read either from one column, options, or from option_a, option_b … without a gap."
                    : $": leave it out of the map, or keep it beside the question with {ColumnMap.Metadata}={Excerpt.Of(header[idle])}.");
            return null;
        }

        if (!columns.HasOptions && UnreadColumns.Options(header, plain, columns.Reads) is { Count: > 0 } unread)
        {
            fault = $"{Named(unread)} like options, but not under a name that is read: name the options option_a, option_b …, with the "
                + "letter of the right one in answer, or put them into one column options; a column that holds no option needs another "
                + $"name, or {Remedy}";
            return null;
        }

        if (columns.HasOptions && columns.Gold.Count == 0 && UnreadColumns.Gold(header, plain, columns.Reads) is { Count: > 0 } gold2)
        {
            fault = $"{Named(gold2)} like the right answer, but not under a name that is read: name it answer; a column that does not name "
                + $"the right option needs another name, or {Remedy}";
            return null;
        }

        return columns;
    }

    private const string Remedy = "meta: in front of it. A map (--map, over HTTP map) says the same without changing the file.";

    private static string Named(IReadOnlyList<string> names) =>
        $"{string.Join(", ", names.Take(8))}{(names.Count > 8 ? $" and {names.Count - 8} more" : "")} "
            + $"{(names.Count == 1 ? "looks" : "look")}";

    private static List<GoldColumn> GoldColumns(
        IReadOnlyList<string> header, string[] plain, IEnumerable<(string Name, AnswerNotations Allowed)> names) =>
    [
        .. names
            .Select(gold => (Column: Array.IndexOf(plain, HeaderNames.Plain(gold.Name)), gold.Allowed))
            .Where(static gold => gold.Column >= 0)
            .Select(gold => new GoldColumn(gold.Column, header[gold.Column].Trim(), gold.Allowed)),
    ];

    private static List<int> OptionColumns(IReadOnlyList<string> header, string[] plain, out string fault)
    {
        fault = "";
        foreach (var family in HeaderNames.LetteredOption)
        {
            var prefix = HeaderNames.Plain(family);
            var letters = Enumerable.Range('a', 26).Select(letter => Array.IndexOf(plain, prefix + (char)letter)).ToList();
            if (letters[0] >= 0 && letters[1] >= 0)
            {
                var columns = letters.TakeWhile(static column => column >= 0).ToList();
                // A column of all options ends in an s as well.
                var beyond = letters.Skip(columns.Count)
                    .FirstOrDefault(column => column >= 0 && !HeaderNames.IsOf(plain[column], HeaderNames.Options), -1);
                fault = beyond >= 0 && prefix.Length > 0
                    ? $"the header has a column '{Excerpt.Of(header[beyond])}', but no '{family}{(char)('a' + columns.Count)}'."
                    : "";
                return columns;
            }
        }

        foreach (var family in HeaderNames.NumberedOption)
        {
            var prefix = HeaderNames.Plain(family);
            var first = Array.IndexOf(plain, prefix + "0") >= 0 ? 0 : 1;
            var columns = Enumerable.Range(first, plain.Length)
                .Select(number => Array.IndexOf(plain, prefix + number.ToString(CultureInfo.InvariantCulture)))
                .TakeWhile(static column => column >= 0).ToList();
            if (columns.Count >= 2)
            {
                var next = first + columns.Count;
                var beyond = Enumerable.Range(next + 1, OptionLetter.MaxOptions)
                    .Select(number => Array.IndexOf(plain, prefix + number.ToString(CultureInfo.InvariantCulture)))
                    .FirstOrDefault(static column => column >= 0, -1);
                fault = beyond >= 0 ? $"the header has a column '{Excerpt.Of(header[beyond])}', but no '{family}{next}'." : "";
                return columns;
            }
        }

        return [];
    }

    private static int First(string[] plain, string[] names)
    {
        foreach (var name in names)
        {
            var column = Array.IndexOf(plain, HeaderNames.Plain(name));
            if (column >= 0)
            {
                return column;
            }
        }

        return -1;
    }

    private int? Twice(string[] plain)
    {
        foreach (var column in (int[])[.. Single, .. Contexts, .. Options, .. Gold.Select(static gold => gold.Column)])
        {
            if (column >= 0 && Array.LastIndexOf(plain, plain[column]) != column)
            {
                return column;
            }
        }

        return null;
    }
}

/// <summary>What the name of an unread column says.</summary>
/// <param name="Column">Its place, from 0.</param>
/// <param name="Family">What it has in common with names that differ in a number, a letter or an ordinal only, or
/// <see langword="null"/>.</param>
/// <param name="HasSibling">Whether there is such a name.</param>
/// <param name="IsNote">Whether it is that of notes on the question.</param>
/// <param name="IsSameAnswer">Whether it is that of other ways to write the answer.</param>
/// <param name="IsAnswer">Whether it is that of an answer.</param>
/// <param name="IsPassage">Whether it is that of a text that a question is about.</param>
/// <param name="IsText">Whether it is that of a text, which may be one that a question is about.</param>
/// <param name="MayHoldPassage">Whether it leaves that open.</param>
/// <param name="MayBeGold">Whether it leaves open that the column says which answer is right.</param>
/// <param name="IsPicture">Whether it is that of pictures.</param>
internal sealed record UnreadColumn(
    int Column,
    string? Family,
    bool HasSibling,
    bool IsNote,
    bool IsSameAnswer,
    bool IsAnswer,
    bool IsPassage,
    bool IsText,
    bool MayHoldPassage,
    bool MayBeGold,
    bool IsPicture);

/// <summary>A column that names the right option.</summary>
/// <param name="Column">Its place, from 0.</param>
/// <param name="Name">Its name in the file.</param>
/// <param name="Allowed">The notations that it may use.</param>
internal sealed record GoldColumn(int Column, string Name, AnswerNotations Allowed);
