using MedQA.Datasets.Answers;
using MedQA.Datasets.Sources;

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

        string? problem = null;
        var options = columns.OptionList >= 0
            ? OptionList.Parse(Field(columns.OptionList) ?? "", out problem)
            : [.. columns.Options.Select(column => Field(column) ?? "").Reverse().SkipWhile(string.IsNullOrWhiteSpace).Reverse()];
        if (problem is not null)
        {
            return record with { Problem = problem };
        }

        var claims = columns.Gold.Select(gold => new GoldClaim(gold.Name, Field(gold.Column) ?? "", gold.Allowed.Narrowed(notation))).ToList();
        if (options.Count > 0)
        {
            return record with { Options = options, Gold = claims };
        }

        var answers = claims.Select(static claim => claim.Value).Where(static value => !string.IsNullOrWhiteSpace(value)).ToList();
        return record with
        {
            References = [.. References(Field(columns.References)), .. columns.HasOptions ? [] : answers],
            MayBeFree = columns.HasOptions ? columns.References >= 0 && answers.Count == 0 : !answers.Exists(IsPlace),
        };

        string? Field(int column) => column >= 0 && column < fields.Count ? fields[column] : null;
    }

    /// <summary>Whether an answer can only mean an option that is not there: a letter or a number.</summary>
    private static bool IsPlace(string answer) => answer.AsSpan().Trim() is [var letter] && char.IsAsciiLetterOrDigit(letter);

    /// <summary>Reference answers of a field: one text, or several as a JSON array.</summary>
    private static IReadOnlyList<string> References(string? field)
    {
        if (string.IsNullOrWhiteSpace(field))
        {
            return [];
        }

        return field.AsSpan().TrimStart() is ['[', ..] && OptionList.Parse(field, out var problem) is { Count: > 0 } several && problem is null ? several : [field];
    }
}
