using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>The plots of a study's report.</summary>
internal static class StudyPlots
{
    private const double Palest = 0.15;

    /// <summary>Returns each axis's favourable share by source, with its interval.</summary>
    public static Plot Favourable(StudyReport report)
    {
        var rows = report.Axes.Length * (report.Sources.Length + 1);
        var area = new PlotArea((0, 1), (rows, 0), left: 280, height: 80 + (20 * rows));
        PlotArea.Percentages(area.TickX);
        var y = 0.0;
        foreach (var (axis, said) in report.Rubric.Axes.Zip(report.Axes))
        {
            area.Name(y + 0.5, PlotArea.Shortened(axis.Title, 40));
            y++;
            foreach (var source in said.Sources)
            {
                var row = y++ + 0.5;
                var hint =
                    $"{axis.Title}, {source.Source}: {Figures.WithInterval(source.Favourable, source.FavourableInterval)} of "
                        + $"{source.Ratings} ratings";
                area.Name(row, $"– {PlotArea.Shortened(source.Source)}");
                if (source is { Favourable: { } share, FavourableInterval: { } interval })
                {
                    area.Segment(interval.Lower, row, interval.Upper, row, "whisker", hint);
                    area.Dot(share, row, 5, "one", hint);
                }
            }
        }

        area.Label("share of choices that speak for the answer, with 95 % interval", "");
        return new Plot(
            "Choices that speak for the answer",
            area.Draw("Favourable share of each axis and source with its interval; the numbers are in the table."));
    }

    /// <summary>Returns the choices on an axis, stacked to a bar for each source.</summary>
    public static Plot Shares(RubricAxis axis, AxisReport said)
    {
        var area = new PlotArea((0, 1), (said.Sources.Length, 0), left: 240, height: 76 + (28 * said.Sources.Length));
        PlotArea.Percentages(area.TickX);
        area.Shades([.. axis.Choices.Select((choice, place) => (Opacity(place, axis.Choices.Length), choice.Label))]);
        for (var row = 0; row < said.Sources.Length; row++)
        {
            var (source, at) = (said.Sources[row], 0.0);
            area.Name(row + 0.5, PlotArea.Shortened(source.Source));
            for (var place = 0; place < source.Shares.Length; place++)
            {
                var share = source.Shares[place];
                area.Stretch(
                    at,
                    at + (share.Share ?? 0),
                    row + 0.5,
                    10,
                    Opacity(place, source.Shares.Length),
                    $"{source.Source}, {axis.Choices[place].Label}: {Figures.WithInterval(share.Share, share.Interval)}, {share.Count} of "
                        + $"{source.Ratings}");
                at += share.Share ?? 0;
            }
        }

        return new Plot(axis.Title, area.Draw($"{axis.Title}: shares of the choices by source; the numbers are in the table."));
    }

    private static double Opacity(int place, int count) => 1 - (place * (1 - Palest) / (count - 1));
}
