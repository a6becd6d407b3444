using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>Accuracy against the number of parameters, as the papers draw it: a plot for each data set.</summary>
internal static class SizePlot
{
    /// <summary>The section's title.</summary>
    public const string Title = "Accuracy and size";

    private const double Width = 560;
    private const string Published = "#8a8a86";

    /// <summary>Colours that can be told apart on light and on dark ground; families beyond them share the last.</summary>
    private static readonly ImmutableArray<string> Colours =
        ["#2a78d6", "#eb6834", "#1f9d6b", "#a259c4", "#c9971c", "#d1457b", "#35a2b5", Published];

    /// <summary>Returns the section.</summary>
    public static IEnumerable<Block> Blocks(ImmutableArray<AccuracyRow> rows)
    {
        yield return new Heading(2, Title);
        ImmutableArray<string> families =
            [.. rows.Where(IsPlaced).Select(static row => FamilyOf(row)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] unknown =
            [.. rows.Where(static row => !IsPlaced(row)).Select(static row => row.Model).Distinct().Order(StringComparer.Ordinal)];
        if (families.IsEmpty)
        {
            yield return new Paragraph(
                $"No plot: the number of parameters is not known of {string.Join(", ", unknown)}. A model's folder can state it "
                    + "(facts.json, endpoint.json); it counts for runs made afterwards, and for this comparison while the model is at "
                    + "hand.");
            yield break;
        }

        foreach (var dataset in rows.Where(IsPlaced)
            .SelectMany(static row => row.Cells)
            .Select(static cell => cell.Dataset)
            .Distinct()
            .Order(StringComparer.Ordinal))
        {
            var points = PointsOf(rows, dataset, families);
            yield return new Heading(3, dataset);
            yield return PlotOf(dataset, points, families);
            yield return new Table(
                [
                    new("model"),
                    new("family"),
                    new("parameters", true),
                    new("asked"),
                    new("accuracy", true),
                    new("95 % interval"),
                    new("source")
                ],
                [
                    .. points.Select(static point => ImmutableArray.Create(
                        point.Model,
                        point.Family,
                        point.Size,
                        point.Asked,
                        Figures.Percent(point.Accuracy),
                        Figures.Percent(point.Interval),
                        point.Source)),
                ]);
        }

        yield return new Paragraph(
            "The horizontal axis is logarithmic. Points are the runs compared, each on all its own questions, coloured by family, with "
                + "95 % intervals. Hollow points are published results whose model's name states its size, on the same data set, split and "
                + "number of options; the table has the names that have no room beside them. Of a mixture of experts all parameters count, "
                + "and the table names the active ones. Models differ in more than size: a plot of this kind does not show what size alone "
                + "does.");
        List<string> notes =
        [
            .. unknown.Select(static model => $"Not in the plot: {model}, because its number of parameters is not known."),
            .. rows.Where(static row => row.HasFactsOfModelAtHand).Select(static row =>
                $"{string.Join(", ", row.Runs)}: made before size and family were stored with runs; those of the model at hand with the "
                    + "same fingerprint are shown."),
        ];
        if (notes.Count > 0)
        {
            yield return new Items([.. notes]);
        }
    }

    private static bool IsPlaced(AccuracyRow row) => row.ModelFacts?.Parameters is not null;

    private static string FamilyOf(AccuracyRow row) => row.ModelFacts?.Family ?? "unknown family";

    private static List<Point> PointsOf(ImmutableArray<AccuracyRow> rows, string dataset, ImmutableArray<string> families)
    {
        var points = new List<Point>();
        var options = new HashSet<int?>();
        foreach (var row in rows.Where(IsPlaced))
        {
            foreach (var cell in row.Cells.Where(cell => cell.Dataset == dataset))
            {
                options.Add(cell.OptionsEach);
                points.Add(new(
                    row.Model,
                    FamilyOf(row),
                    row.ModelFacts!.Parameters!.Value,
                    row.ModelFacts.Size!,
                    row.Profile,
                    cell.Accuracy,
                    cell.Interval,
                    $"run {string.Join(", ", row.Runs)}{(cell.Provisional ? ", provisional" : "")}",
                    families.IndexOf(FamilyOf(row))));
            }
        }

        points.AddRange(
            from result in PublishedResults.All
            where result is { Parameters: not null, Interval: not null }
                && string.Equals(result.Dataset, dataset, StringComparison.OrdinalIgnoreCase)
                && options.SetEquals([result.Options])
            orderby result.Parameters, result.Accuracy
            select new Point(
                result.Model,
                Figures.None,
                result.Parameters!.Value,
                ParameterCount.Of(result.Parameters.Value),
                result.Method,
                result.Accuracy,
                result.Interval!.Value,
                $"published: {result.Source} (read in {result.ReadIn})",
                -1));
        return points;
    }

    private static Plot PlotOf(string dataset, List<Point> points, ImmutableArray<string> families)
    {
        var (least, most) = (points.Min(static point => point.Parameters), points.Max(static point => point.Parameters));
        var (low, high) = (Math.Floor(Math.Log10(least * 0.8)), Math.Ceiling(Math.Log10(most * 1.25)));
        ImmutableArray<string> shown = [.. families.Where(family => points.Exists(point => point.Family == family))];
        var hasPublished = points.Exists(static point => point.Colour < 0);
        var entries = shown.Length + (hasPublished ? 1 : 0);
        var rows = (entries + 1) / 2;
        var area = new PlotArea((low, high), (0, 1), left: 72, height: 380 + (22 * rows), width: Width, top: 22 + (22 * rows), right: 24);
        for (var percent = 0; percent <= 100; percent += 20)
        {
            area.TickY(percent / 100.0, $"{percent} %", "tick");
        }

        for (var exponent = (int)low; exponent <= high; exponent++)
        {
            area.TickX(exponent, ParameterCount.Of((long)Math.Pow(10, exponent)), "tick");
        }

        area.Label("parameters (logarithmic)", "", "tick");
        for (var entry = 0; entry < entries; entry++)
        {
            var isPublished = entry >= shown.Length;
            area.Key(
                entry % 2,
                entry / 2,
                isPublished ? Published : ColourOf(families.IndexOf(shown[entry])),
                isPublished,
                PlotArea.Shortened(isPublished ? "published results" : shown[entry], 24));
        }

        // Published ones first, so that the runs are above them.
        foreach (var point in points.OrderBy(static point => point.Colour >= 0))
        {
            var (x, colour) = (Math.Log10(point.Parameters), ColourOf(point.Colour));
            var hint = $"{point.Model}, {point.Asked}: {point.Size} parameters, {Figures.WithInterval(point.Accuracy, point.Interval)}";
            area.Whisker(x, point.Interval.Lower, point.Interval.Upper, colour, point.Colour < 0 ? 1 : 2, hint);
            area.Point(x, point.Accuracy, 5, colour, point.Colour < 0, hint);
        }

        area.Names(
            points.Where(static point => point.Colour >= 0)
                .GroupBy(static point => (point.Model, point.Parameters))
                .Select(static model => (
                    Math.Log10(model.Key.Parameters), model.Max(static point => point.Accuracy), PlotArea.Shortened(model.Key.Model, 28))),
            "name point");

        // Behind the runs' names, and only beside their points: the table names all.
        area.Names(
            points.Where(static point => point.Colour < 0)
                .Select(static point => (Math.Log10(point.Parameters), point.Accuracy, PlotArea.Shortened(point.Model, 28))),
            "tick",
            most: 2);
        return new Plot(
            $"Accuracy on {dataset} against the number of parameters",
            area.Draw(
                $"Accuracy of each model on {dataset} against its number of parameters, with intervals; the numbers are in the table."));
    }

    private static string ColourOf(int family) => family < 0 ? Published : Colours[Math.Min(family, Colours.Length - 1)];

    private sealed record Point(
        string Model,
        string Family,
        long Parameters,
        string Size,
        string Asked,
        double Accuracy,
        Interval Interval,
        string Source,
        int Colour);
}
