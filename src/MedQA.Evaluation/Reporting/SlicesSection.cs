using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>Accuracy by data set and topic.</summary>
internal sealed class SlicesSection : IReportSection
{
    private const int MaxTopics = 60;
    private const int MaxDrawn = 40;

    /// <inheritdoc/>
    public string Title => "Data sets and topics";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (Drawn(report) is { } plot)
        {
            yield return plot;
        }

        var topics = report.Topics.ToLookup(static topic => topic.Dataset);
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        foreach (var dataset in report.Datasets)
        {
            rows.Add(Row(dataset));
            rows.AddRange(topics[dataset.Dataset].OrderByDescending(static topic => topic.Questions).Take(MaxTopics).Select(Row));
            var left = topics[dataset.Dataset].Count() - MaxTopics;
            if (left > 0)
            {
                rows.Add([dataset.Dataset, $"{left} smaller topics, in the JSON report", "", "", "", "", ""]);
            }
        }

        yield return new Table(
            [
                new("data set"),
                new("topic"),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("guessing", true),
                new("agreement", true)
            ],
            rows.DrainToImmutable());

        static ImmutableArray<string> Row(Slice slice) =>
        [
            slice.Dataset,
            slice.Topic ?? "all",
            Figures.Of(slice.Accuracy.Correct, slice.Accuracy.Scored),
            Figures.Percent(slice.Accuracy.Value),
            Figures.Interval(slice.Accuracy),
            Figures.Percent(slice.Accuracy.Chance),
            Figures.Fraction(slice.MeanAgreement),
        ];
    }

    /// <summary>Accuracy of each data set and topic with its interval, and what guessing gives.</summary>
    private static Plot? Drawn(RunReport report)
    {
        var slices = report.Datasets
            .SelectMany(
                dataset => report.Topics.Where(topic => topic.Dataset == dataset.Dataset)
                    .OrderByDescending(static topic => topic.Questions)
                    .Prepend(dataset))
            .Where(static slice => slice.Accuracy.Value is not null)
            .Take(MaxDrawn)
            .ToArray();
        if (slices.Length == 0)
        {
            return null;
        }

        var area = new PlotArea((0, 1), (slices.Length, 0), left: 240, height: 90 + (26 * slices.Length));
        PlotArea.Percentages(area.TickX);
        for (var row = 0; row < slices.Length; row++)
        {
            var (slice, y) = (slices[row], row + 0.5);
            var accuracy = slice.Accuracy;
            var hint =
                $"{slice.Topic ?? slice.Dataset}: {Figures.Percent(accuracy.Value)} ({Figures.Of(accuracy.Correct, accuracy.Scored)}), "
                    + $"{Figures.Interval(accuracy)}";
            area.Name(y, PlotArea.Shortened(slice.Topic is null ? slice.Dataset : $"– {slice.Topic}"));
            if ((accuracy.Bounds ?? accuracy.Interval) is { } interval)
            {
                area.Segment(interval.Lower, y, interval.Upper, y, "whisker", hint);
            }

            area.Mark(accuracy.Chance!.Value, y, 8, "axis", $"guessing gives {Figures.Percent(accuracy.Chance)}");
            area.Dot(accuracy.Value!.Value, y, 5, "one", hint);
        }

        area.Label("accuracy with 95 % interval; the upright mark is what guessing gives", "");
        return new Plot(
            "Accuracy by data set and topic",
            area.Draw("Accuracy of each data set and topic with its 95 % interval; the numbers are in the table."));
    }
}
