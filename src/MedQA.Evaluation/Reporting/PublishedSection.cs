using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>What the literature reports on the run's data sets.</summary>
internal sealed class PublishedSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "Published results";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (report.Published.IsEmpty)
        {
            yield break;
        }

        yield return new Table(
            [
                new("data set"),
                new("model"),
                new("method"),
                new("accuracy", true),
                new("95 % interval"),
                new("n", true),
                new("year", true),
                new("source"),
                new("comparable")
            ],
            [
                .. report.Published.Select(static beside => ImmutableArray.Create(
                    beside.Dataset,
                    beside.Result.Model,
                    beside.Result.Method,
                    Figures.Percent(beside.Result.Accuracy),
                    Figures.Percent(beside.Result.Interval),
                    Figures.Count(beside.Result.Questions),
                    $"{beside.Result.Year}",
                    $"{beside.Result.Source} (read in {beside.Result.ReadIn})",
                    beside.Comparable ? "yes" : "not comparable")),
            ]);
        if (Notes(report).ToImmutableArray() is { IsEmpty: false } notes)
        {
            yield return new Items(notes);
        }
    }

    /// <summary>Returns each data set's distinct notes.</summary>
    private static IEnumerable<string> Notes(RunReport report) =>
        from beside in report.Published
        where beside.Note is not null
        group beside by (beside.Dataset, beside.Note) into notes
        select $"{notes.Key.Dataset}: {notes.Key.Note}.";
}
