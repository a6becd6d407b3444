using System.Collections.Immutable;
using System.Globalization;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using Parquet;
using Parquet.Schema;

namespace MedQA.Pipeline.Studies;

/// <summary>What a rater says about an answer, or with every click asked for, one click.</summary>
public sealed record RatingLine
{
    /// <summary>The rater's name within the study.</summary>
    public required string Rater { get; init; }

    /// <summary>What those who made the study call the rater.</summary>
    public required string Label { get; init; }

    /// <summary>The place in the rater's queue, from 0.</summary>
    public required int Place { get; init; }

    /// <summary>Whether every rater sees it.</summary>
    public required bool Pilot { get; init; }

    /// <summary>The question's data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>The question's id within it.</summary>
    public required string Question { get; init; }

    /// <summary>Where the answer comes from; of two that are compared, the one that was shown first.</summary>
    public required string Source { get; init; }

    /// <summary>Of two answers that are compared, where the one that was shown second comes from.</summary>
    public string? SecondSource { get; init; }

    /// <summary>
    /// What the click changed: <c>choice</c>, <c>comment</c>, <c>skip</c> or <c>time</c>; missing where every click is not asked for.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>Whether the rater skipped it.</summary>
    public bool Skipped { get; init; }

    /// <summary>Seconds spent on it.</summary>
    public double Seconds { get; init; }

    /// <summary>The comment.</summary>
    public string? Comment { get; init; }

    /// <summary>When the last click was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The choice of each axis that has one; an empty one was taken back.</summary>
    public required ImmutableSortedDictionary<string, string> Choices { get; init; }
}

/// <summary>
/// The table of a study's ratings: a row for what each rater says about each answer with a column for each axis, or a row for each click.
/// </summary>
public static class RatingTable
{
    /// <summary>Every rating, by rater and place.</summary>
    /// <param name="study">The study.</param>
    /// <param name="ratings">What its raters clicked.</param>
    /// <param name="history">Whether to return every click in order instead of the final ratings.</param>
    public static IEnumerable<RatingLine> Lines(Study study, IReadOnlyList<RaterRatings> ratings, bool history)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(ratings);
        foreach (var rater in ratings)
        {
            var (label, queue) =
                (study.Manifest.Raters.First(invited => invited.Rater == rater.Rater.Name).Label, study.QueueOf(rater.Rater.Name));
            if (history)
            {
                foreach (var click in rater.Clicks)
                {
                    yield return Line(click.Place, click.At) with
                    {
                        Kind = EnumNames.Of(click.Kind),
                        Skipped = click.Skipped,
                        Seconds = click.Seconds,
                        Comment = click.Comment,
                        Choices = click.Axis is { } axis
                            ? ImmutableSortedDictionary<string, string>.Empty.Add(axis, click.Choice ?? "")
                            : ImmutableSortedDictionary<string, string>.Empty
                    };
                }
            }
            else
            {
                foreach (var answer in rater.Answers.Values)
                {
                    yield return Line(answer.Place, answer.Last) with
                    {
                        Skipped = answer.Skipped,
                        Seconds = answer.Seconds,
                        Comment = answer.Comment,
                        Choices = answer.Choices
                    };
                }
            }

            RatingLine Line(int place, DateTimeOffset at)
            {
                var entry = queue[place];
                var first = study.Answers[entry.Answers[0]];
                return new RatingLine
                {
                    Rater = rater.Rater.Name,
                    Label = label,
                    Place = place,
                    Pilot = entry.IsPilot,
                    Dataset = first.Dataset,
                    Question = first.Id,
                    Source = study.Manifest.Sources[first.Source].Name,
                    SecondSource = entry.Answers.Length > 1 ? study.Manifest.Sources[study.Answers[entry.Answers[1]].Source].Name : null,
                    At = at,
                    Choices = ImmutableSortedDictionary<string, string>.Empty,
                };
            }
        }
    }

    /// <summary>The table as CSV, formula cells neutralized.</summary>
    /// <param name="study">The study.</param>
    /// <param name="lines">Its ratings.</param>
    public static string Csv(Study study, IEnumerable<RatingLine> lines)
    {
        ArgumentNullException.ThrowIfNull(study);
        var columns = Columns(study);
        return string.Concat(
            lines.Select(line => CsvLine.Of([.. columns.Select(column => column.Value(line))]))
                .Prepend(CsvLine.Of([.. columns.Select(static column => column.Name)])));
    }

    /// <summary>The table as Parquet.</summary>
    /// <param name="file">Where it is written; not closed.</param>
    /// <param name="study">The study.</param>
    /// <param name="lines">Its ratings.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task WriteParquetAsync(
        Stream file, Study study, IReadOnlyList<RatingLine> lines, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(lines);
        var columns = Columns(study).Select(static column => (column, Field: FieldOf(column))).ToList();
        await using var writer = await ParquetWriter.CreateAsync(
            new ParquetSchema(columns.Select(static column => column.Field)), file, cancellationToken: cancellationToken);
        using var group = writer.CreateRowGroup();
        foreach (var (column, field) in columns)
        {
            var values = lines.Select(column.Value);
            await (column.Type switch
            {
                ColumnType.Number =>
                    group.WriteAsync<double>(
                        field,
                        values.Select(static value => Convert.ToDouble(value, CultureInfo.InvariantCulture)).ToArray().AsMemory(),
                        cancellationToken: cancellationToken),
                ColumnType.Truth =>
                    group.WriteAsync<bool>(
                        field, values.Select(static value => value is true).ToArray().AsMemory(), cancellationToken: cancellationToken),
                _ => group.WriteAsync(field, (IReadOnlyCollection<string>)[.. values.Select(static value => (string)value!)]),
            });
        }
    }

    private static List<Column> Columns(Study study) =>
    [
        new("rater", ColumnType.Text, static line => line.Rater),
        new("label", ColumnType.Text, static line => line.Label),
        new("place", ColumnType.Number, static line => line.Place),
        new("pilot", ColumnType.Truth, static line => line.Pilot),
        new("dataset", ColumnType.Text, static line => line.Dataset),
        new("question", ColumnType.Text, static line => line.Question),
        new("source", ColumnType.Text, static line => line.Source),
        new("second_source", ColumnType.Text, static line => line.SecondSource),
        new("kind", ColumnType.Text, static line => line.Kind),
        new("skipped", ColumnType.Truth, static line => line.Skipped),
        new("seconds", ColumnType.Number, static line => line.Seconds),
        new("comment", ColumnType.Text, static line => line.Comment),
        new("at", ColumnType.Text, static line => line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        .. study.Manifest.Rubric.Axes.Select(
            static axis => new Column(axis.Id, ColumnType.Text, line => line.Choices.GetValueOrDefault(axis.Id))),
    ];

    private static DataField FieldOf(Column column) => column.Type switch
    {
        ColumnType.Number => new DataField<double>(column.Name),
        ColumnType.Truth => new DataField<bool>(column.Name),
        _ => new DataField<string>(column.Name),
    };

    private enum ColumnType
    {
        Text,
        Number,
        Truth,
    }

    private sealed record Column(string Name, ColumnType Type, Func<RatingLine, object?> Value);
}
