using System.Globalization;
using MedQA.Evaluation.Statistics;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace MedQA.Tuning.Benchmarks;

/// <summary>Draws what was measured: what a soft prompt gains, by its length and by the number of exemplars.</summary>
internal static class TuningPlots
{
    /// <summary>Writes four plots into a folder.</summary>
    /// <param name="results">The folder of the measurement.</param>
    /// <param name="folder">Where the plots go.</param>
    public static void Draw(string results, string folder)
    {
        var baseline = Measured.Read(Path.Combine(results, "baseline.json"));
        Measured[] tuned = [.. Directory.EnumerateFiles(results, "p*-n*.json").Select(Measured.Read)];
        var (most, length) = (tuned.Max(static one => one.Exemplars), tuned.Where(one => one.Exemplars < tuned.Max(static other => other.Exemplars)).Select(static one => one.Length).First());
        Draw(folder, "by-length", $"{most} exemplars", "virtual tokens (p)", baseline, [.. tuned.Where(one => one.Exemplars == most).OrderBy(static one => one.Length)], static one => one.Length);
        Draw(folder, "by-exemplars", $"p = {length}", "exemplars", baseline, [.. tuned.Where(one => one.Length == length).OrderBy(static one => one.Exemplars)], static one => one.Exemplars);
    }

    private static void Draw(string folder, string name, string what, string axis, Measured baseline, Measured[] tuned, Func<Measured, int> by)
    {
        double[] places = [.. tuned.Select(one => Math.Log2(by(one)))];
        var likelihood = Empty($"Log-likelihood of the right option ({what})", axis, "gain, nats", tuned, by);
        Add(likelihood, "of the option's letter", places, [.. tuned.Select(one => Gain(one.Gold, baseline.Gold))]);
        Add(likelihood, "of its share among the options", [.. places.Select(static place => place + 0.06)], [.. tuned.Select(one => Gain(one.Shares, baseline.Shares))]);
        likelihood.Add.HorizontalLine(0, pattern: LinePattern.Dashed).LegendText = "the model alone";
        likelihood.ShowLegend(Alignment.MiddleRight);
        likelihood.SaveSvg(Path.Combine(folder, $"tuning-likelihood-{name}.svg"), 640, 400);

        var accuracy = Empty($"Accuracy ({what})", axis, "right, %", tuned, by);
        Add(accuracy, "with the soft prompt", places, [.. tuned.Select(static one => Accuracy(one))]);
        var (alone, low, high) = Accuracy(baseline);
        accuracy.Add.HorizontalLine(alone, pattern: LinePattern.Dashed).LegendText = "the model alone";
        accuracy.Add.VerticalSpan(low, high, Colors.Gray.WithAlpha(0.15));
        accuracy.Axes.SetLimitsY(0, 50);
        accuracy.ShowLegend(Alignment.LowerRight);
        accuracy.SaveSvg(Path.Combine(folder, $"tuning-accuracy-{name}.svg"), 640, 400);
    }

    private static Plot Empty(string title, string axis, string unit, Measured[] tuned, Func<Measured, int> by)
    {
        var plot = new Plot();
        plot.Title(title);
        plot.XLabel(axis);
        plot.YLabel(unit);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. tuned.Select(one => Math.Log2(by(one)))], [.. tuned.Select(one => by(one).ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimitsX(Math.Log2(by(tuned[0])) - 0.5, Math.Log2(by(tuned[^1])) + 0.5);
        return plot;
    }

    private static void Add(Plot plot, string name, double[] places, (double Value, double Low, double High)[] figures)
    {
        var line = plot.Add.Scatter(places, figures.Select(static figure => figure.Value).ToArray());
        line.LegendText = name;
        plot.PlottableList.Add(new ErrorBar(
            places,
            [.. figures.Select(static figure => figure.Value)],
            null,
            null,
            [.. figures.Select(static figure => figure.Value - figure.Low)],
            [.. figures.Select(static figure => figure.High - figure.Value)]) { Color = line.Color });
    }

    private static (double Value, double Low, double High) Gain(double[] after, double[] before)
    {
        var difference = StandardErrors.Paired(after, before);
        var interval = difference.IntervalAt(after.Length - 1);
        return (difference.Mean, interval.Lower, interval.Upper);
    }

    private static (double Value, double Low, double High) Accuracy(Measured one)
    {
        var interval = BinomialInterval.ClopperPearson(one.Right, one.Gold.Length);
        return (100.0 * one.Right / one.Gold.Length, 100 * interval.Lower, 100 * interval.Upper);
    }

    /// <summary>One configuration as the measurement wrote it.</summary>
    private sealed record Measured(int Length, int Exemplars, int Right, double[] Gold, double[] Shares)
    {
        public static Measured Read(string path)
        {
            var read = MeasuredConfiguration.Read(path);
            var (gold, options) = (read.Gold, read.Options);
            return new(
                read.Settings?.Length ?? 0,
                read.Exemplars,
                gold.Where((option, index) => options[index].IndexOf(options[index].Max()) == option).Count(),
                [.. gold.Select((option, index) => options[index][option])],
                [.. gold.Select((option, index) => options[index][option] - Math.Log(options[index].Sum(Math.Exp)))]);
        }
    }
}
