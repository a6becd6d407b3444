using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Turns a table's rows into records.</summary>
internal static partial class TableRow
{
    /// <summary>Why a question with options in its text is left out.</summary>
    public const string OptionsInText =
        "The question's text contains its options; put them into separate fields: option_a, option_b …, or one field options.";

    /// <summary>Returns why a record is left out of which an option is a list or an object with more than a text.</summary>
    /// <param name="name">The option's name in messages.</param>
    public static string StructureInOption(string name) => $"{name} holds a list or an object, not a text: write the option's text alone.";

    /// <summary>How many answers of a record are looked for in its other fields.</summary>
    private const int MaxAnswers = 100;

    /// <summary>How long a text is at most that lists labels of options.</summary>
    private const int MaxLabels = 100;

    private static readonly char[] BetweenLabels = [',', ';', '|'];

    /// <summary>Returns a row's record; <see langword="null"/> if every field is blank.</summary>
    /// <param name="columns">What the columns mean.</param>
    /// <param name="fields">The row's fields, which may be fewer or more than the columns.</param>
    /// <param name="columnCount">How many columns the header has.</param>
    /// <param name="line">The line on which the row starts.</param>
    /// <param name="number">The row's number, from 1.</param>
    /// <param name="settings">How the set is read.</param>
    public static SourceRecord? Read(
        QuestionColumns columns, IReadOnlyList<string> fields, int columnCount, int line, int number, QuestionSetOptions settings)
    {
        var (notation, severalRight) = (settings.AnswerNotation, settings.RightAnswers == RightAnswers.Several);
        if (fields.All(string.IsNullOrWhiteSpace))
        {
            return null;
        }

        var record = new SourceRecord
        {
            Line = line,
            Number = number,
            Id = Field(columns.Id),
            Dataset = Field(columns.Dataset),
            Topic = Field(columns.Topic),
            Mapped = columns.Mapped,
            Metadata = [.. columns.Metadata.Where(column => column.Column < fields.Count)
                .Select(column => KeyValuePair.Create(column.Name, fields[column.Column]))],
            Text = RowText.Asked(columns, fields),
            LongTexts = [.. RowText.LongTexts(columns, fields)],
            Remarks = [.. RowText.Remarks(columns, fields)],
            Pictures = [.. Pictures(columns, fields)],
        };
        if (fields.Count > columnCount && fields.Skip(columnCount).Any(static field => !string.IsNullOrWhiteSpace(field)))
        {
            return record with
            {
                Problem = $"The row has {fields.Count} fields, the header {columnCount}: is a field with the separator in it not quoted?"
            };
        }

        if (columns.Gold.Any(gold => gold.Column >= fields.Count) || columns.Question >= fields.Count)
        {
            return record with { Problem = $"The row has only {fields.Count} of the {columnCount} fields." };
        }

        record = RowText.WithText(record, columns);
        record = record.Problem is null ? RowText.WithContext(record, columns, fields) : record;
        if ((record.Problem ?? RowText.OtherQuestion(record, columns, fields)) is { } problem)
        {
            return record with { Problem = problem };
        }

        var claims =
            columns.Gold.Select(gold => new GoldClaim(gold.Name, Field(gold.Column) ?? "", gold.Allowed.Narrowed(notation))).ToList();
        var says = claims.Exists(static claim => !string.IsNullOrWhiteSpace(claim.Value));
        var list = OptionList.Parse(Field(columns.OptionList >= 0 ? columns.OptionList : columns.Answers) ?? "");
        if (columns.Answers >= 0 && (list.Texts.Count > 1 || list.Problem is not null) && !says && !list.IsKeyed)
        {
            return record with
            {
                Problem = "The field 'answers' can list options or reference answers: name it options, with the right one in answer, or "
                    + "reference_answers."
            };
        }

        if (columns.Answers >= 0 && list is { Texts.Count: 1, Problem: null })
        {
            claims.Add(new GoldClaim(HeaderNames.Answers, list.Texts[0], AnswerNotations.Any.Narrowed(notation)));
            list = new OptionList([]);
        }

        if (list.Problem is not null)
        {
            return record with { Problem = list.Problem };
        }

        var species = columns.OptionList >= 0 && !list.IsKeyed ? LetteredText.Species(Field(columns.OptionList) ?? "") : [];
        if (species.Count > 0 && claims.Exists(claim => species.Contains(claim.Value.Trim(), StringComparer.Ordinal)))
        {
            (list, species) = (new OptionList(species), []);
        }

        if (columns.OptionList >= 0 && list is { IsKeyed: false, Texts: [var only] } && only.AsSpan().ContainsAny(";,</•"))
        {
            return record with
            {
                Problem = $"The options are one text, '{Excerpt.Of(only)}': separate them by vertical bars, or write a JSON array.",
            };
        }

        if (!columns.HasOptions
            && claims.Exists(static claim => HeaderNames.Plain(claim.Field) == "finaldecision" && PubMedQaRecord.IsDecision(claim.Value)))
        {
            list = new OptionList(PubMedQaRecord.Decisions);
        }

        var isTable = columns.Options.Count > 0;
        IReadOnlyList<string> options = isTable
            ? [.. columns.Options.Select(column => Field(column) ?? "").Reverse().SkipWhile(string.IsNullOrWhiteSpace).Reverse()]
            : list.Texts;
        if (StructuredText.Options(options, out var structured) is not { } unwrapped)
        {
            var name = isTable ? columns.NameOf(columns.Options[structured]) : $"Option {OptionLetter.Of(structured)}";
            return record with { Problem = StructureInOption(name) };
        }

        options = unwrapped;
        if (Marked(options, says || columns.Gold.Count > 0) is { } marked)
        {
            return record with
            {
                Problem = $"Option {OptionLetter.Of(marked)} is marked as the right one or a wrong one ('{Excerpt.Of(options[marked])}'): "
                    + "remove the mark, and name the option in answer.",
            };
        }

        if (Enumerable.Range(0, options.Count).FirstOrDefault(place => LetteredText.HasAnswer(options[place]), -1) is >= 0 and var telling)
        {
            return record with
            {
                Problem = $"Option {OptionLetter.Of(telling)} holds the answer ('{Excerpt.Of(options[telling])}'): remove it, and name "
                    + "the option in answer.",
            };
        }

        if (options.Count > 0 && LetteredText.EndsWithAnswer(record.Text ?? ""))
        {
            return record with
            {
                Problem = $"{columns.NameOf(columns.Question)} ends with the answer: remove it, and name the option in answer.",
            };
        }

        if (options.Any(static option => !string.IsNullOrWhiteSpace(option)))
        {
            var names = isTable ? columns.OptionNames : list.Names;
            var texts = LetteredText.WithoutLabels(options);
            claims = severalRight ? claims.ConvertAll(static claim => claim with { Items = Items(claim.Value) }) : claims;
            var parts = severalRight
                ? [.. claims.SelectMany(static claim => claim.Parts.Select(part => claim with { Value = part, Items = null }))]
                : claims;
            if (LabelsElsewhere(columns, fields, parts, texts) is { } labels)
            {
                return record with
                {
                    Problem = $"{labels} labels the options in another order, and the answer is a label or a "
                        + "position: put the options into the order of their labels, or write the right one's text in answer.",
                };
            }

            return record with
            {
                Options = texts,
                HasLabels = !ReferenceEquals(texts, options)
                    || (columns.OptionList >= 0 && LetteredText.Options(Field(columns.OptionList)!).Count == texts.Count),
                Labelled = species.Count == options.Count ? species
                    : !ReferenceEquals(texts, options) && LetteredText.MayBeInitials(options) ? options
                    : [],
                Gold = claims.ConvertAll(claim => claim with
                {
                    Value = Unlabelled(Named(OneOf(claim.Value, options), names), options, texts),
                    Items = claim.Items is { } items ? [.. items.Select(item => Unlabelled(Named(item, names), options, texts))] : null,
                }),
                FirstNumber = isTable ? (columns.OptionNames[0].EndsWith('0') ? 0 : null) : list.FirstNumber,
                MayBeGold = columns.Gold.Count > 0 ? [] : [.. MayBeGold(columns, fields, columnCount, options)],
            };
        }

        if (columns.Gold.Select(static gold => gold.Column).Append(columns.References)
            .Where(column => Field(column) is { } field && StructuredText.BeginsObject(field)
                && StructuredText.Read(field, StructuredText.Texts) is null)
            .Select(columns.NameOf).FirstOrDefault() is { } opaque)
        {
            return record with
            {
                Problem = $"{opaque} holds an object, not a text: give the right answers as a list of texts in reference_answers.",
            };
        }

        var answers =
            claims.SelectMany(static claim => References(claim.Value)).Where(static value => !string.IsNullOrWhiteSpace(value)).ToList();
        var references = References(Field(columns.References));
        var areCitations = columns.References >= 0 && HeaderNames.Plain(columns.Names[columns.References]) == "references"
            && (columns.HasOptions || answers.Exists(static answer => !IsPlace(answer)))
            && references.Any(static reference => Citation().IsMatch(reference));
        references = areCitations ? [] : references;
        List<string> said = [.. answers.Concat(references).Take(MaxAnswers)];
        if (LetteredText.IsWithin(record.Text ?? "", said) || LetteredText.AreLines(record.Context ?? "", [.. answers.Take(MaxAnswers)])
            || LetteredText.IsListOf(record.Context ?? "", [.. answers.Take(MaxAnswers)]))
        {
            return record with { Problem = OptionsInText };
        }

        if (Flag(columns, fields) is { } flag)
        {
            return record with
            {
                Problem = $"{flag} says whether the answer of this row is right: "
                    + "write one row for each question, with its options and the letter of the right one.",
            };
        }

        var mayBeOptions = MayBeOptions(columns, fields, said);
        if (mayBeOptions.Count > 0 && (columns.HasOptions || references.Count == 0))
        {
            return record with { Problem = MayBeOptionsOf(mayBeOptions, columns.HasOptions) };
        }

        return record with
        {
            Gold = claims.Exists(static claim => IsPlace(claim.Value)) ? claims.FindAll(static claim => IsPlace(claim.Value)) : claims,
            References =
            [
                .. references,
                .. columns.HasOptions ? [] : answers.Where(answer => !references.Contains(answer, StringComparer.Ordinal)),
            ],
            MayBeFree = columns.HasOptions
                ? columns.References >= 0 && !areCitations && !answers.Except(references, StringComparer.Ordinal).Any()
                : references.Count > 0 || !answers.Exists(IsPlace),
            MayBeOptions = mayBeOptions,
            MayBeReferences = [.. MayBeReferences(columns, fields, answers.Count > 0 || references.Count > 0)],
        };

        string? Field(int column) => column >= 0 && column < fields.Count ? fields[column] : null;
    }

    /// <summary>
    /// Returns the unread field that labels the options differently from their places, where an answer is a label or a place: a list of as
    /// many different letters or numbers, or the first of as many columns named after those of the options.
    /// </summary>
    private static string? LabelsElsewhere(
        QuestionColumns columns, IReadOnlyList<string> fields, List<GoldClaim> claims, IReadOnlyList<string> options)
    {
        var places = claims.Where(claim => claim.Value.Trim() is var value && OptionPlace.Of(value) is not (null, null)
            && !options.Any(option => option.Trim() == value)).Select(static claim => OptionPlace.Bare(claim.Value)).ToList();
        if (places.Count == 0 || options.Count < 2)
        {
            return null;
        }

        foreach (var column in columns.Unread.Select(static unread => unread.Column).Where(column => column < fields.Count))
        {
            var labels = fields[column].AsSpan().TrimStart() is ['[' or '(', ..]
                ? StructuredText.Read(fields[column], StructuredText.Texts) ?? []
                : fields[column].Length <= MaxLabels ? fields[column].Split(BetweenLabels, StringSplitOptions.TrimEntries) : [];
            if (labels.Count == options.Count && AreOtherLabels(labels, places))
            {
                return columns.NameOf(column);
            }
        }

        var beside = columns.Options.Take(options.Count).Select(option => columns.Unread.Select(static unread => unread.Column)
            .FirstOrDefault(column => column < fields.Count && HeaderNames.IsLabelOf(columns.Names[column], columns.Names[option]), -1));
        return beside.ToList() is { Count: > 0 } found && !found.Contains(-1)
            && AreOtherLabels(found.ConvertAll(column => fields[column].Trim()), places)
            ? columns.NameOf(found[0])
            : null;
    }

    /// <summary>
    /// Returns whether texts are different letters, or numbers that begin with 0 or 1 or of which an answer is one, and neither in their
    /// order.
    /// </summary>
    private static bool AreOtherLabels(IReadOnlyList<string> labels, List<string> answers)
    {
        if (labels.All(static label => label is [var letter] && char.IsAsciiLetter(letter)))
        {
            var letters = labels.Select(static label => char.ToUpperInvariant(label[0]) - 'A').ToList();
            return letters.Distinct().Count() == letters.Count && !letters.SequenceEqual(Enumerable.Range(0, letters.Count))
                && answers.Exists(static answer => answer is [var letter] && char.IsAsciiLetter(letter));
        }

        var numbers = labels.Select(static label => OptionPlace.Of(label).Number ?? -1).ToList();
        var first = numbers.Min();
        return first >= 0 && numbers.Distinct().Count() == numbers.Count && answers.Exists(static answer => answer.All(char.IsAsciiDigit))
            && !(first <= 1 && numbers.SequenceEqual(Enumerable.Range(first, numbers.Count)))
            && (numbers.Order().SequenceEqual(Enumerable.Range(Math.Min(first, 1), numbers.Count))
                || labels.Any(label => answers.Contains(label, StringComparer.Ordinal)));
    }

    /// <summary>
    /// Returns the place of an option marked as right or wrong, unless all are marked the same; of the only one with an
    /// asterisk where nothing else names one.
    /// </summary>
    private static int? Marked(IReadOnlyList<string> options, bool hasGold)
    {
        var marks = options.Select(static option => LetteredText.MarkOf(option)).ToList();
        var places = Enumerable.Range(0, options.Count).ToList();
        if (places.Count >= 3 && options.All(static option => option is ['=' or '~', _, ..]))
        {
            var right = places.FindAll(place => options[place][0] == '=');
            return right is [var one] ? one : null;
        }

        var marked = marks.Distinct(StringComparer.Ordinal).Count() > 1 ? places.FindAll(place => marks[place].Length > 0) : [];
        if (marked.Count == 0 && !hasGold)
        {
            marked = places.FindAll(place => options[place].AsSpan().Trim() is ['*', _, ..] or [_, .., '*']);
            return marked is [var only] && options.Count >= 2 ? only : null;
        }

        return marked.Count == 0 ? null : marked[0];
    }

    /// <summary>Returns the unread fields that name one of the options.</summary>
    private static IEnumerable<string> MayBeGold(
        QuestionColumns columns, IReadOnlyList<string> fields, int columnCount, IReadOnlyList<string> options)
    {
        foreach (var unread in columns.Unread.Where(unread => unread.Column < Math.Min(fields.Count, columnCount)))
        {
            var allowed = AnswerNotations.Letter | AnswerNotations.Text
                | (unread.MayBeGold ? AnswerNotations.Number : AnswerNotations.None);
            if (new GoldClaim("", fields[unread.Column], allowed).Read(options).Any != 0)
            {
                yield return columns.Names[unread.Column];
            }
        }
    }

    /// <summary>
    /// Returns the unread fields that may hold the right answer: in BioASQ beside the ideal one, elsewhere where there is none.
    /// </summary>
    private static IEnumerable<string> MayBeReferences(
        QuestionColumns columns, IReadOnlyList<string> fields, bool hasAnswer) => columns.Unread
        .Where(unread => !hasAnswer || HeaderNames.Plain(columns.Names[unread.Column]) == "exactanswer")
        .Where(unread => unread.Column < fields.Count && !string.IsNullOrWhiteSpace(fields[unread.Column])
            && fields[unread.Column].Trim() is not ("[]" or "{}") && unread.MayBeGold)
        .Select(unread => columns.NameOf(unread.Column));

    /// <summary>Returns the unread fields that hold pictures: by their names, or by their first characters.</summary>
    private static IEnumerable<string> Pictures(QuestionColumns columns, IReadOnlyList<string> fields)
    {
        foreach (var unread in columns.Unread.Where(unread => unread.Column < fields.Count))
        {
            var column = unread.Column;
            var field = fields[column].AsSpan().Trim();
            if (field.StartsWith("data:image/") || field.StartsWith("iVBORw0KGgo") || field.StartsWith("/9j/")
                || (field.Length > 4 && unread.IsPicture
                    && !IsTruth(fields[column]) && !OptionReading.IsFiller(fields[column]) && !IsEmpty(field)))
            {
                yield return columns.NameOf(column);
            }
        }

        static bool IsEmpty(ReadOnlySpan<char> field) =>
            field is ['[' or '{', ..]
                && StructuredText.Read(field.ToString(), RowText.Joined) is { } texts
                && string.IsNullOrWhiteSpace(texts);
    }

    /// <summary>Returns why a record is not a question with a free answer: unread fields may hold its options.</summary>
    /// <param name="names">The fields' names in messages.</param>
    /// <param name="hasOptions">Whether other records of the file have options; this one then has a reference answer already.</param>
    public static string MayBeOptionsOf(IReadOnlyList<string> names, bool hasOptions)
    {
        var more = names.Count > 8 ? $" and {names.Count - 8} more" : "";
        var others = names.Count == 1 ? "" : $" (so may {string.Join(", ", names.Skip(1).Take(7))}{more})";
        var remedy = names.Count == 1 ? "name it options" : "name them option_a, option_b …";
        return $"{names[0]} holds options, or texts of which one is the answer{others}: if they are the options, {remedy}; "
            + (hasOptions
                ? "if not, leave them out, or put the questions with free answers into a separate file."
                : "if not, name the answer reference_answers.");
    }

    /// <summary>
    /// Returns the unread fields that may hold options: one that lists texts of which one is the answer, or that is the answer, unless its
    /// name says that it is another way to write it or a note; several whose names differ in a number, a letter or an ordinal only.
    /// </summary>
    private static IReadOnlyList<string> MayBeOptions(QuestionColumns columns, IReadOnlyList<string> fields, List<string> answers)
    {
        var found = new SortedSet<int>();
        var families = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var unread in columns.Unread)
        {
            var column = unread.Column;
            if (column >= fields.Count || unread.IsSameAnswer || string.IsNullOrWhiteSpace(fields[column]))
            {
                continue;
            }

            if (Lists(fields[column], unread.IsNote, answers)
                || (unread is { IsNote: false, IsAnswer: false } && answers.TrueForAll(IsShort) && ListsTexts(fields[column]))
                || (((!unread.IsNote && !unread.IsAnswer) || unread.HasSibling)
                    && answers.Exists(answer => !IsTruth(answer) && LetteredText.IsSame(fields[column], answer))))
            {
                found.Add(column);
            }

            if (unread is { IsNote: false, HasSibling: true, Family: { } family } && IsText(fields[column]))
            {
                families.TryAdd(family, []);
                families[family].Add(column);
            }
        }

        foreach (var members in families.Values.Where(static members => members.Count >= 2))
        {
            found.UnionWith(members);
        }

        return [.. found.Select(columns.NameOf)];
    }

    /// <summary>Returns whether a field may be an option's text: no number, no address.</summary>
    private static bool IsText(string field) =>
        field.Any(char.IsLetter) && !field.Contains("://", StringComparison.Ordinal) && !IsTruth(field);

    private static readonly string[] FlagValues =
        ["TRUE", "FALSE", "YES", "NO", "0", "1", "Y", "N", "RIGHT", "WRONG", "CORRECT", "INCORRECT"];

    /// <summary>Returns the column beside that of the answer which only says whether it is right, or <see langword="null"/>.</summary>
    private static string? Flag(QuestionColumns columns, IReadOnlyList<string> fields)
    {
        foreach (var column in columns.Flags)
        {
            if (column < fields.Count && Array.IndexOf(FlagValues, fields[column].Trim().ToUpperInvariant()) >= 0)
            {
                return columns.NameOf(column);
            }
        }

        return null;
    }

    internal static bool IsTruth(string value) => value.AsSpan().Trim() is var bare
        && (bare.Equals("true", StringComparison.OrdinalIgnoreCase) || bare.Equals("false", StringComparison.OrdinalIgnoreCase));

    private static bool Lists(string field, bool isNote, List<string> answers)
    {
        var text = field.AsSpan().Trim();
        if (text is ['[' or '{' or '(', ..])
        {
            using var structure = OptionList.Structure(text, out _);
            if (structure is not null)
            {
                return Lists(structure.RootElement, answers)
                    || (!isNote && answers.TrueForAll(IsPlace) && ListsTexts(structure.RootElement));
            }
        }

        return LetteredText.Lists(field, isNote).Any(items => IsList(items, answers)
            || (!isNote && items.Count >= 3 && answers.Count > 0 && answers.TrueForAll(IsPlace)))
            || (!isNote && field.Contains('|', StringComparison.Ordinal) && answers.Count == 0);
    }

    private static bool Lists(JsonElement value, List<string> answers)
    {
        List<JsonElement> items = value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray()],
            JsonValueKind.Object =>
            [
                .. value.EnumerateObject()
                    .Where(static member => !UnreadColumns.IsNote(JsonText.NameOf(member)))
                    .Select(static member => member.Value),
            ],
            _ => [],
        };
        var texts = items.Select(JsonText.Of).OfType<string>();
        var objects = items.FindAll(static item => item.ValueKind == JsonValueKind.Object);
        var inner = objects.Count >= 2
            ? objects.SelectMany(static item => item.EnumerateObject()).Select(static member => JsonText.Of(member.Value)).OfType<string>()
            : [];
        return IsList([.. texts], answers) || IsList([.. inner.Take(OptionLetter.MaxOptions)], answers)
            || items.Exists(item => Lists(item, answers))
            || (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any(IsNamedOptions));
    }

    private static bool ListsTexts(string field)
    {
        var text = field.AsSpan().Trim();
        using var structure = text is ['[' or '{' or '(', ..] ? OptionList.Structure(text, out _) : null;
        return structure is not null && ListsTexts(structure.RootElement);
    }

    /// <summary>Returns whether a value is a list of texts that each may be an option.</summary>
    private static bool ListsTexts(JsonElement value) =>
        (value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().ToList(),
            JsonValueKind.Object => [.. value.EnumerateObject().Select(static member => member.Value)],
            _ => [],
        }) is { Count: >= 2 and <= OptionLetter.MaxOptions } items
        && items.TrueForAll(static item => item.ValueKind == JsonValueKind.String
            && JsonText.Of(item) is { } text && IsShort(text) && IsText(text));

    /// <summary>Returns whether a text may be an option as it is: short, and not a sentence.</summary>
    private static bool IsShort(string text) =>
        text.Trim() is { Length: > 0 and <= 80 } bare && bare[^1] is not ('.' or '?' or '!' or '。' or '？');

    private static bool IsNamedOptions(JsonProperty member) =>
        member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object
        && HeaderNames.IsOf(HeaderNames.Plain(JsonText.NameOf(member)), HeaderNames.Options);

    private static bool IsList(IReadOnlyList<string> texts, List<string> answers) =>
        texts.Count is >= 2 and <= OptionLetter.MaxOptions
        && texts.Any(text => answers.Exists(answer => LetteredText.IsSame(text, answer)));

    /// <summary>
    /// An address, a DOI, or a work as it is cited: authors, a year with a volume or in brackets, a name with a year or edition.
    /// </summary>
    [GeneratedRegex(
        @"https?://|\bwww\.|\bdoi\b|\b10\.[0-9]{4,}/|\bPMID\b|\bet al\b|\b(?:19|20)[0-9]{2}\s?[;:]\s?[0-9]"
        + @"|\((?:19|20)[0-9]{2}[a-z]?\)"
        + @"|^\W*\p{Lu}[^.!?]{0,60}\b(?:(?:19|20)[0-9]{2}|[0-9]{1,2}(?:st|nd|rd|th)?\s?e(?:d|dn|dition)?)\b"
        + @"(?:[,.]?\s*p{1,2}\.?\s*[0-9–-]+)?\W*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Citation();

    /// <summary>Returns a right answer without the label of the option that it quotes; the letter of a number in a circle.</summary>
    private static string Unlabelled(string value, IReadOnlyList<string> labelled, IReadOnlyList<string> texts)
    {
        if (ReferenceEquals(labelled, texts) || LetteredText.MayBeInitials(labelled))
        {
            return value;
        }

        for (var place = 0; place < texts.Count; place++)
        {
            if (value.Trim() == labelled[place].Trim())
            {
                return texts[place];
            }
        }

        return value.Trim() is [>= '\u2460' and <= '\u2473' and var circled] && circled - '\u2460' < texts.Count
            ? OptionLetter.Of(circled - '\u2460').ToString()
            : value;
    }

    /// <summary>
    /// Returns the text of a right answer in a list of one; anything else as it is, a list of several without its brackets.
    /// </summary>
    private static string OneOf(string value, IReadOnlyList<string> options) =>
        value.AsSpan().TrimStart() is ['[', ..]
            && !options.Contains(value, StringComparer.Ordinal)
            && OptionList.Parse(value) is { Problem: null } list
            ? string.Join(", ", list.Texts)
            : value;

    /// <summary>Returns the texts of a field that is a list by its form; <see langword="null"/> for any other.</summary>
    private static IReadOnlyList<string>? Items(string value) =>
        value.AsSpan().TrimStart() is ['[' or '(' or '{' or 'a', ..] ? StructuredText.Read(value, StructuredText.Items) : null;

    /// <summary>Returns the letter of a right answer that is the name of an option's field; anything else as it is.</summary>
    private static string Named(string value, IReadOnlyList<string> names)
    {
        var plain = names.Count > 0 && value.Length is > 1 and < 40 && !value.All(char.IsAsciiDigit) ? HeaderNames.Plain(value) : "";
        for (var i = 0; plain.Length > 1 && i < Math.Min(names.Count, OptionLetter.MaxOptions); i++)
        {
            if (names[i] == plain)
            {
                return OptionLetter.Of(i).ToString();
            }
        }

        return value;
    }

    /// <summary>
    /// Returns whether an answer can only mean an option that is not there: a letter, a number from 0 to 9, several letters, a letter and a
    /// text.
    /// </summary>
    private static bool IsPlace(string answer) =>
        OptionPlace.Of(answer) is { Letter: not null } or { Number: <= 9 }
        || OptionPlace.AreLetters(answer) || OptionPlace.IsMarked(answer);

    /// <summary>Reference answers of a field: one text, or several as a JSON array or a list as Python writes it.</summary>
    private static IReadOnlyList<string> References(string? field)
    {
        if (string.IsNullOrWhiteSpace(field))
        {
            return [];
        }

        return StructuredText.Begins(field) && StructuredText.Read(field, StructuredText.Texts) is { Count: > 0 } texts ? texts
            : field.AsSpan().TrimStart() is ['[', ..] && OptionList.Parse(field) is { Texts.Count: > 0, Problem: null } several
            ? several.Texts
            : [field];
    }
}
