using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>What a row asks, and what its question is about.</summary>
internal static partial class RowText
{
    /// <summary>From how many characters on a text is long, and may be what a question is about.</summary>
    private const int LongText = 120;

    /// <summary>The same under a name that is none of notes: "A man of 60 has had a cough for two weeks." is a case.</summary>
    private const int ShortText = 40;

    /// <summary>How many words such a text has at least: names of subjects and places have fewer.</summary>
    private const int LeastWords = 7;

    /// <summary>
    /// Returns the record with what its question is about: the first of several fields that holds it. What the others hold beyond it is
    /// metadata. A record is left out where two hold different texts, where an unread field seems to hold it, and where the question
    /// is only a word beside a premise.
    /// </summary>
    public static SourceRecord WithContext(SourceRecord record, QuestionColumns columns, IReadOnlyList<string> fields)
    {
        var read = columns.Contexts
            .Where(column => column < fields.Count && !string.IsNullOrWhiteSpace(fields[column]))
            .Where(column => IsPassage(fields[column])
                || (column != columns.Stem && !HeaderNames.IsOf(HeaderNames.Plain(columns.Names[column]), HeaderNames.LooseContext)))
            .Where(column => column != columns.Stem || !IsWithin(fields[column], record.Text ?? ""))
            .ToList();
        var others = columns.Contexts
            .Where(column => column < fields.Count && !string.IsNullOrWhiteSpace(fields[column])
                && (column != columns.Stem || read.Contains(column))
                && (read.Count == 0 || (column != read[0] && !IsWithin(fields[column], fields[read[0]]))))
            .ToList();
        var second = others.FindIndex(column => read.Contains(column) && (IsSentence(fields[column]) || IsPassage(fields[column])));
        if (second >= 0)
        {
            return record with
            {
                Problem = $"{columns.NameOf(read[0])} and {columns.NameOf(others[second])} may both hold what the question is about: "
                    + "join them in context, or give the one that is not another name.",
            };
        }

        record = others.Count == 0 ? record : record with
        {
            Metadata =
            [
                .. record.Metadata,
                .. others.Select(column => KeyValuePair.Create(MetadataReading.NameOf(columns.Names[column]), fields[column])),
            ],
        };
        var loose = columns.Contexts.Where(column => column < fields.Count && !string.IsNullOrWhiteSpace(fields[column])
            && column != columns.Stem && HeaderNames.IsOf(HeaderNames.Plain(columns.Names[column]), HeaderNames.LooseContext)).ToList();
        List<string> passages = [.. loose.Where(column => IsPassage(fields[column])).Select(column => columns.Names[column])];
        List<ContextCode> codes = read.Count > 0 ? []
            : [.. loose.Select(column => new ContextCode(columns.Names[column], fields[column], IsRead: true))];
        foreach (var unread in read.Count > 0 ? [] : columns.Unread)
        {
            var column = unread.Column;
            if (column >= fields.Count || !(unread.IsText || unread.IsPassage)
                || fields[column].Contains(record.Text ?? "", StringComparison.Ordinal))
            {
                continue;
            }

            if ((unread.IsText && IsSentence(fields[column]) && !IsRemark(columns.Names[column], fields[column]))
                || (unread.IsPassage && IsPassage(fields[column])))
            {
                return record with { Problem = NotRead(columns.Names[column]), Passages = [.. passages, columns.Names[column]] };
            }

            if (fields[column].Any(char.IsLetterOrDigit) && !TableRow.IsTruth(fields[column]) && !OptionReading.IsFiller(fields[column]))
            {
                codes.Add(new ContextCode(columns.Names[column], fields[column], IsRead: false));
            }
        }

        record = record with { Passages = passages, Codes = codes };
        var text = record.Text?.Trim() ?? "";
        var isPremise = read.Count > 0 && HeaderNames.Plain(columns.Names[read[0]]) == "premise";
        if (text.Length > 0 && text.All(char.IsLetter) && (isPremise || (read.Count > 0 && text is "cause" or "effect")))
        {
            return record with
            {
                Problem = $"The question is only '{Excerpt.Of(text)}': "
                    + $"write in {columns.NameOf(columns.Question)} what is asked, as a sentence.",
            };
        }

        return read.Count > 0 ? WithContext(record, columns.NameOf(read[0]), fields[read[0]]) : record;
    }

    /// <summary>Returns a record without a context as the rows of its file together want it.</summary>
    /// <param name="record">The record, with <see cref="SourceRecord.Codes"/>.</param>
    /// <param name="passages">The columns in which some row holds what its question is about.</param>
    /// <param name="column">The column of which what the record holds is now its context; <see langword="null"/> if none is.</param>
    public static SourceRecord Decided(SourceRecord record, IReadOnlySet<string> passages, out string? column)
    {
        var code = record.Codes.FirstOrDefault(code => passages.Contains(code.Column));
        column = code is { IsRead: true } ? code.Column : null;
        if (code is null)
        {
            return record;
        }

        if (!code.IsRead)
        {
            return record with { Problem = NotRead(code.Column) };
        }

        var name = MetadataReading.NameOf(code.Column);
        record = record with { Metadata = [.. record.Metadata.Where(field => field.Key != name)] };
        return WithContext(record, $"'{Excerpt.Of(code.Column)}'", code.Text);
    }

    private static string NotRead(string column) =>
        $"'{Excerpt.Of(column)}' looks like what the question is about, but is not read: name it context, or give it another name "
            + $"(--map context={Excerpt.Of(column)} or --map metadata={Excerpt.Of(column)}).";

    private static SourceRecord WithContext(SourceRecord record, string name, string field)
    {
        if (!StructuredText.Begins(field))
        {
            return record with { Context = field };
        }

        return StructuredText.Read(field, StructuredText.Passage) is { } passage
            ? record with { Context = passage }
            : record with
            {
                Problem = $"{name} holds a list or an object, not a text: "
                    + "write the passage alone, or a list of texts, whole and not cut off.",
            };
    }

    /// <summary>
    /// Returns the question: what its column says or, where that only numbers the question, or is blank beside a stem, what another says.
    /// </summary>
    public static string? Asked(QuestionColumns columns, IReadOnlyList<string> fields)
    {
        var text = columns.Question < fields.Count ? fields[columns.Question] : null;
        var isBlank = string.IsNullOrWhiteSpace(text);
        var others = columns.Stem >= 0 && (isBlank || IsRunningNumber(text!)) ? columns.OtherQuestions.Prepend(columns.Stem)
            : !isBlank && IsRunningNumber(text!) ? columns.OtherQuestions
            : [];
        return others.Where(column => column < fields.Count && fields[column].Any(char.IsLetter) && !IsRunningNumber(fields[column]))
            .Select(column => fields[column]).FirstOrDefault(text);
    }

    /// <summary>Returns the record with its question taken out of a list of one; left out if it is another list, or an object.</summary>
    public static SourceRecord WithText(SourceRecord record, QuestionColumns columns)
    {
        if (record.Text is not { } text || !StructuredText.Begins(text))
        {
            return record;
        }

        return StructuredText.Read(text, StructuredText.Single) is { } single
            ? record with { Text = single }
            : record with
            {
                Problem = $"{columns.NameOf(columns.Question)} holds a list or an object, not a text: write the question's text alone.",
            };
    }

    /// <summary>Returns why a record is left out of which two fields may hold the question; <see langword="null"/> if one does.</summary>
    public static string? OtherQuestion(SourceRecord record, QuestionColumns columns, IReadOnlyList<string> fields)
    {
        var text = record.Text ?? "";
        foreach (var column in columns.OtherQuestions.Where(column => column < fields.Count && fields[column] != text))
        {
            var field = StructuredText.Begins(fields[column])
                ? StructuredText.Read(fields[column], Joined) ?? fields[column]
                : fields[column];
            if (((IsSentence(field) && !Instruction().IsMatch(field))
                    || (HeaderNames.IsOf(HeaderNames.Plain(columns.Names[column]), HeaderNames.Asking) && IsPassage(field)))
                && !IsRemark(columns.Names[column], field) && !IsRunningNumber(field)
                && !IsWithin(field, text) && !IsWithin(text, field) && !IsWithin(field, record.Context ?? ""))
            {
                return $"{columns.NameOf(columns.Question)} and {columns.NameOf(column)} may both hold the question: "
                    + "join them in question, name the one that the question is about context, or give the one that is not asked another "
                    + "name.";
            }
        }

        return IsRunningNumber(text)
            && columns.Unread.Select(static unread => unread.Column)
                .FirstOrDefault(column => column < fields.Count && fields[column].TrimEnd().EndsWith('?'), -1)
                is >= 0 and var asked
            ? $"{columns.NameOf(columns.Question)} holds only a number, '{Excerpt.Of(text)}', "
                + $"and {columns.NameOf(asked)} what is asked: name that question."
            : null;
    }

    /// <summary>A short text that only says how to answer, as prompts beside each question do.</summary>
    [GeneratedRegex(
        @"^\s*(?:you are|please|answer|choose|select|pick|the following|instructions?)\b.{0,200}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Instruction();

    /// <summary>Returns whether a text only numbers a question: "12", "Q12", "12.".</summary>
    private static bool IsRunningNumber(string text) =>
        text.AsSpan().Trim().TrimStart("Qq#").Trim(". )") is { Length: > 0 and <= 6 } bare && bare.IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Returns whether one text is in another, whatever white space and case are.</summary>
    private static bool IsWithin(string part, string whole) =>
        OptionPlace.Comparable(whole).Contains(OptionPlace.Comparable(part), StringComparison.Ordinal);

    /// <summary>
    /// Returns whether a field under a name of remarks holds one, as "A question about the heart", rather than a passage.
    /// </summary>
    private static bool IsRemark(string name, string field) =>
        UnreadColumns.MayBeRemark(name) && field.Trim() is { Length: < 80 } text
        && !text.AsSpan().ContainsAny(Ends) && !text.Contains(". ", StringComparison.Ordinal) && text[^1] != '.';

    private static readonly SearchValues<char> Ends = SearchValues.Create("!?;。！？；\n");

    private static bool IsSentence(string field) => field.Trim() is { Length: >= 20 } text && text.Contains(' ', StringComparison.Ordinal);

    /// <summary>Returns whether a field under a passage's name holds one, rather than its number, its file or its address.</summary>
    private static bool IsPassage(string field) =>
        field.Any(char.IsLetter) && !TableRow.IsTruth(field) && !OptionReading.IsFiller(field)
        && field.Trim() is var text
        && (text.Any(char.IsWhiteSpace) || !text.Any(static c => char.IsAsciiDigit(c) || c is '.' or '/' or '_' or ':'));

    /// <summary>
    /// Returns the unread fields that hold a text without the question in it, unless their names say that it is about the answer.
    /// </summary>
    public static IEnumerable<string> LongTexts(QuestionColumns columns, IReadOnlyList<string> fields)
    {
        foreach (var unread in columns.Unread.Where(
            unread => unread.Column < fields.Count && unread.MayHoldPassage && !unread.IsSameAnswer))
        {
            var field = fields[unread.Column];
            var text = field.Length >= LongText / 4 && field.AsSpan().TrimStart() is ['[' or '{', ..]
                ? StructuredText.Read(field, Joined) ?? field : field;
            var asked = columns.Question < fields.Count ? fields[columns.Question].Trim() : "";
            if ((IsLong(text) || (!unread.IsNote && !unread.IsText && IsShortText(text))
                    || (HeaderNames.Plain(columns.Names[unread.Column]) == "table" && !ReferenceEquals(text, field)))
                && !text.Contains(asked, StringComparison.Ordinal))
            {
                yield return columns.NameOf(unread.Column);
            }
        }
    }

    /// <summary>Returns the unread fields that hold a remark where others have what the question is about.</summary>
    public static IEnumerable<string> Remarks(QuestionColumns columns, IReadOnlyList<string> fields) => columns.Unread
        .Where(unread => unread.Column < fields.Count && unread.IsText && IsSentence(fields[unread.Column])
            && IsRemark(columns.Names[unread.Column], fields[unread.Column]))
        .Select(unread => columns.NameOf(unread.Column));

    private static bool IsLong(string text) =>
        text.Length >= LongText && (text.Count(static c => c == ' ') >= LongText / 12 || !text.Any(char.IsAsciiLetter));

    private static bool IsShortText(string text) => text.Trim() is { Length: >= ShortText } bare
        && (bare.Count(static c => c == ' ') >= LeastWords - 1 || !bare.Any(char.IsAsciiLetter));

    public static string Joined(JsonElement structure) => string.Join(' ', StructuredText.AllTexts(structure));
}
