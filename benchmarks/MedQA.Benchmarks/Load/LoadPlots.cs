using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MedQA.Benchmarks.Load;

/// <summary>Draws what runs of growing size took.</summary>
internal static class LoadPlots
{
    /// <summary>Writes three plots into a folder: time, memory and calls to storage, each by the number of questions.</summary>
    public static void Draw(IReadOnlyList<MeasuredRun> runs, string folder)
    {
        MeasuredRun[] measured = [.. runs.Where(static run => run.Result.Questions > 0).OrderBy(static run => run.Size)];
        if (measured.Length < 2)
        {
            return;
        }

        var time = Empty(measured, "Time of a run, model left out", "seconds");
        Add(time, measured, "wall", static run => Math.Log10(run.Result.Seconds));
        Add(time, measured, "processor time of Azurite", static run => Math.Log10(run.Azurite));
        Add(time, measured, "processor time of the pipeline", static run => Math.Log10(run.Result.Processor));
        Add(time, measured, "report", static run => Math.Log10(run.Result.Stages[^1].Seconds));
        time.Axes.Left.TickGenerator = new NumericManual([-1, 0, 1, 2, 3], ["0.1", "1", "10", "100", "1,000"]);
        time.Axes.SetLimitsY(-1, 3);
        time.ShowLegend(Alignment.UpperLeft);
        time.SaveSvg(Path.Combine(folder, "scale-time.svg"), 640, 400);

        var memory = Empty(measured, "Memory of the pipeline's process", "MiB at most");
        Add(memory, measured, "run", static run => run.Result.Peak);
        memory.Axes.SetLimitsY(0, 320);
        memory.Add.HorizontalLine(300 * 1e6 / 1048576, pattern: LinePattern.Dashed).LegendText = "300 MB";
        memory.ShowLegend(Alignment.LowerRight);
        memory.SaveSvg(Path.Combine(folder, "scale-memory.svg"), 640, 400);

        var calls = Empty(measured, "Calls to storage", "calls a question");
        Add(calls, measured, "all", static run => (double)run.Result.Calls / run.Size);
        Add(calls, measured, "blobs", static run => (double)run.Result.Stages.Sum(static stage => stage.Calls.Blobs) / run.Size);
        Add(calls, measured, "tables", static run => (double)run.Result.Stages.Sum(static stage => stage.Calls.Tables) / run.Size);
        Add(calls, measured, "queues", static run => (double)run.Result.Stages.Sum(static stage => stage.Calls.Queues) / run.Size);
        calls.Axes.SetLimitsY(0, 3);
        calls.ShowLegend(Alignment.UpperRight);
        calls.SaveSvg(Path.Combine(folder, "scale-calls.svg"), 640, 400);
    }

    private static Plot Empty(MeasuredRun[] runs, string title, string unit)
    {
        var plot = new Plot();
        plot.Title(title);
        plot.XLabel("questions");
        plot.YLabel(unit);
        plot.Axes.Bottom.TickGenerator = new NumericManual([.. runs.Select(static run => Math.Log10(run.Size))], [.. runs.Select(static run => run.Size.ToString("#,0", CultureInfo.InvariantCulture))]);
        plot.Axes.SetLimitsX(Math.Log10(runs[0].Size) - 0.2, Math.Log10(runs[^1].Size) + 0.2);
        return plot;
    }

    private static void Add(Plot plot, MeasuredRun[] runs, string name, Func<MeasuredRun, double> figure) =>
        plot.Add.Scatter(runs.Select(static run => Math.Log10(run.Size)).ToArray(), runs.Select(figure).ToArray()).LegendText = name;
}
