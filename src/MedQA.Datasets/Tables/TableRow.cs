using System.Text.Json;
using MedQA.Datasets.Answers;
using MedQA.Datasets.Json;
using MedQA.Datasets.Sources;
using MedQA.Evaluation.Questions;

namespace MedQA.Datasets.Tables;

/// <summary>Makes records of a table's rows.</summary>
internal static class TableRow
{
    /// <summary>A row's record; <see langword="null"/> where every field is blank.</summary>
    /// <param name="columns">What the columns mean.</param>
    /// <param name="fields">The row's fields, which may be fewer or more than the columns.</param>
    /// <param name="columnCount">How many columns the header has.</param>
    /// <param name="line">The line on which the row starts.</param>
    /// <param name="number">The row's number, from 1.</param>
    /// <param name="notation">The setting.</param>
    public static SourceRecord? Read(QuestionColumns columns, IReadOnlyList<string> fields, int columnCount, int line, int number, AnswerNotation notation)
    {
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
            Context = Field(columns.Context),
            Text = Field(columns.Question),
        };
        if (fields.Count > columnCount && fields.Skip(columnCount).Any(static field => !string.IsNullOrWhiteSpace(field)))
        {
            return record with { Problem = $"The row has {fields.Count} fields, the header {columnCount}: is a field with the separator in it not quoted?" };
        }

        if (columns.Gold.Any(gold => gold.Column >= fields.Count) || columns.Question >= fields.Count)
        {
            return record with { Problem = $"The row has only {fields.Count} of the {columnCount} fields." };
        }

        var claims = columns.Gold.Select(gold => new GoldClaim(gold.Name, Field(gold.Column) ?? "", gold.Allowed.Narrowed(notation))).ToList();
        var says = claims.Exists(static claim => !string.IsNullOrWhiteSpace(claim.Value));
        var list = OptionList.Parse(Field(columns.OptionList >= 0 ? columns.OptionList : columns.Answers) ?? "");
        if (columns.Answers >= 0 && (list.Texts.Count > 1 || list.Problem is not null) && !says && !list.IsKeyed)
        {
            return record with { Problem = "The field 'answers' can list options or reference answers: name it options, with the right one in answer, or reference_answers." };
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

        if (columns.OptionList >= 0 && list is { IsKeyed: false, Texts: [var only] } && only.AsSpan().ContainsAny(";,<"))
        {
            return record with
            {
                Problem = $"The options are one text, '{Excerpt.Of(only)}': put vertical bars between them, or write them as a JSON array.",
            };
        }

        if (!columns.HasOptions
            && claims.Exists(static claim => HeaderNames.Plain(claim.Field) == "finaldecision" && PubMedQaRecord.IsDecision(claim.Value)))
        {
            list = new OptionList(PubMedQaRecord.Decisions);
        }

        var isTable = columns.Options.Count > 0;
        var options = isTable ? [.. columns.Options.Select(column => Field(column) ?? "").Reverse().SkipWhile(string.IsNullOrWhiteSpace).Reverse()] : list.Texts;
        if (options.Any(static option => !string.IsNullOrWhiteSpace(option)))
        {
            var names = isTable ? columns.OptionNames : list.Names;
            return record with
            {
                Options = options,
                Gold = [.. claims.Select(claim => claim with { Value = Named(OneOf(claim.Value, options), names) })],
                FirstNumber = isTable ? null : list.FirstNumber,
                MayBeGold = columns.Gold.Count > 0 ? [] : [.. MayBeGold(columns, fields, columnCount, options)],
            };
        }

        var answers = claims.SelectMany(static claim => References(claim.Value)).Where(static value => !string.IsNullOrWhiteSpace(value)).ToList();
        var references = References(Field(columns.References));
        if (LetteredText.IsWithin(record.Text ?? "", [.. answers, .. references]) || LetteredText.AreLines(record.Context ?? "", answers))
        {
            return record with
            {
                Problem = "The options stand in the question's text; put them into fields of their own: option_a, option_b …, "
                    + "or one field options.",
            };
        }

        if (!columns.HasOptions && references.Count == 0 && MayBeOptions(columns, fields, answers) is { } mayBeOptions)
        {
            return record with
            {
                Problem = $"'{Excerpt.Of(mayBeOptions)}' holds options, or texts of which one is the answer: if they are the options, "
                    + "name it options; if not, name the answer reference_answers.",
            };
        }

        return record with
        {
            References = [.. references, .. columns.HasOptions ? [] : answers],
            MayBeFree = columns.HasOptions ? columns.References >= 0 && answers.Count == 0 : !answers.Exists(IsPlace),
        };

        string? Field(int column) => column >= 0 && column < fields.Count ? fields[column] : null;
    }

    /// <summary>The fields that nobody reads and that name one of the options.</summary>
    private static IEnumerable<string> MayBeGold(QuestionColumns columns, IReadOnlyList<string> fields, int columnCount, IReadOnlyList<string> options)
    {
        for (var column = 0; column < Math.Min(fields.Count, columnCount); column++)
        {
            if (!columns.Reads(column) && new GoldClaim("", fields[column], AnswerNotations.Letter | AnswerNotations.Text).Read(options).Any != 0)
            {
                yield return columns.Names[column];
            }
        }
    }

    /// <summary>A field that nobody reads and that lists texts of which one is the answer, unless they are other ways to write it.</summary>
    private static string? MayBeOptions(QuestionColumns columns, IReadOnlyList<string> fields, List<string> answers)
    {
        for (var column = 0; column < Math.Min(fields.Count, columns.Names.Count); column++)
        {
            if (!columns.Reads(column) && !UnreadColumns.IsOfSameAnswer(columns.Names[column])
                && (Lists(fields[column], answers) || (IsNumbered(columns, column) && IsList([fields[column], ""], answers))))
            {
                return columns.Names[column];
            }
        }

        return null;
    }

    /// <summary>Whether another column that nobody reads has the same name with another number.</summary>
    private static bool IsNumbered(QuestionColumns columns, int column)
    {
        var stem = Stem(columns.Names[column]);
        return stem.Length < columns.Names[column].Length
            && columns.Names.Where((name, other) => other != column && !columns.Reads(other) && Stem(name) == stem).Any();

        static string Stem(string name) => string.Concat(name.Where(static letter => !char.IsAsciiDigit(letter)));
    }

    private static bool Lists(string field, List<string> answers)
    {
        var text = field.AsSpan().Trim();
        if (text is ['[' or '{' or '(', ..])
        {
            using var structure = OptionList.Structure(text, out _);
            return structure is not null && Lists(structure.RootElement, answers);
        }

        return IsList(field.Contains('|', StringComparison.Ordinal) ? field.Split('|') : LetteredText.Options(field), answers);
    }

    private static bool Lists(JsonElement value, List<string> answers)
    {
        var items = value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().ToList(),
            JsonValueKind.Object => [.. value.EnumerateObject().Select(static member => member.Value)],
            _ => [],
        };
        return IsList([.. items.Select(JsonText.Of).OfType<string>()], answers) || items.Exists(item => Lists(item, answers))
            || (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any(IsNamedOptions));
    }

    private static bool IsNamedOptions(JsonProperty member) =>
        member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object
        && HeaderNames.IsOf(HeaderNames.Plain(JsonText.NameOf(member)), HeaderNames.Options);

    private static bool IsList(IReadOnlyList<string> texts, List<string> answers) =>
        texts.Count is >= 2 and <= OptionLetter.MaxOptions
        && answers.ConvertAll(OptionPlace.Comparable) is var said
        && texts.Select(OptionPlace.Comparable).Any(text => text.Length > 0 && said.Contains(text));

    /// <summary>The text of a right answer that stands in a list of one; anything else as it is, a list of several without its brackets.</summary>
    private static string OneOf(string value, IReadOnlyList<string> options) =>
        value.AsSpan().TrimStart() is ['[', ..] && !options.Contains(value, StringComparer.Ordinal) && OptionList.Parse(value) is { Problem: null } list
            ? string.Join(", ", list.Texts)
            : value;

    /// <summary>The letter of a right answer that is the name of an option's field; anything else as it is.</summary>
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

    /// <summary>Whether an answer can only mean an option that is not there: a letter, a number from 0 to 9, several letters, a letter and a text.</summary>
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

        return field.AsSpan().TrimStart() is ['[', ..] && OptionList.Parse(field) is { Texts.Count: > 0, Problem: null } several ? several.Texts : [field];
    }
}
