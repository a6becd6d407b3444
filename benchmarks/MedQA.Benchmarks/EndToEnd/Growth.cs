using System.Globalization;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;
using ScottPlot;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>
/// How the cost of a step grows with prompt length and samples, packed against rows. Processor time of one thread, which other
/// work on the machine disturbs less than the clock: the cost model's ratios come from it.
/// </summary>
internal sealed class Growth(EndToEndOptions options)
{
    private const int Steps = 6;
    private static readonly int[] PromptLengths = [128, 512, 1024, 2048, 4096];
    private static readonly int[] SampleCounts = [1, 4, 11, 22, 41];

    /// <summary>Measures, prints a table, and writes two plots into a folder.</summary>
    public void Run(string target)
    {
        using var session = DecoderSession.Open(ModelFolder.Open(options.ModelFolder, options.Graph), options.Model with { Threads = 1 });
        using var prompt = session.CreateCache();
        prompt.Reshape(1, PromptLengths[^1]);
        Read(session, prompt, PromptLengths[^1]);
        Console.WriteLine("| prompt | samples | packed, ms | rows, ms |");
        Console.WriteLine("| --: | --: | --: | --: |");
        var measured = new List<(int Prompt, int Samples, double Packed, double Rows)>();
        foreach (var (length, samples) in PromptLengths.Select(static length => (length, 11)).Concat(SampleCounts.Where(static samples => samples != 11).Select(static samples => (1024, samples))))
        {
            var row = (length, samples, Step(session, prompt, length, samples, isPacked: true), Step(session, prompt, length, samples, isPacked: false));
            measured.Add(row);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {length} | {samples} | {row.Item3:F1} | {row.Item4:F1} |"));
        }

        Draw(Path.Combine(target, "step-by-prompt.svg"), "Step of 11 samples", "prompt, tokens", [.. measured.Where(static row => row.Samples == 11).Select(static row => ((double)row.Prompt, row.Packed, row.Rows))]);
        Draw(Path.Combine(target, "step-by-samples.svg"), "Step after a prompt of 1,024 tokens", "samples", [.. measured.Where(static row => row.Prompt == 1024).OrderBy(static row => row.Samples).Select(static row => ((double)row.Samples, row.Packed, row.Rows))]);
    }

    private static void Read(DecoderSession session, KeyValueCache cache, int length)
    {
        foreach (var (start, count) in ChunkPlan.Cut(length, 512))
        {
            for (var index = 0; index < count; index++)
            {
                session.Ids(count)[index] = 100 + ((start + index) * 37 % 40_000);
                session.Positions(count)[index] = start + index;
            }

            session.Run(cache, count, logits: 1);
        }
    }

    /// <summary>Milliseconds of processor time of a step: the least of several, since disturbance only adds.</summary>
    private static double Step(DecoderSession session, KeyValueCache prompt, int length, int samples, bool isPacked)
    {
        using var work = session.CreateCache();
        work.Reshape(isPacked ? 1 : samples, SamplePlan.CellsOf(isPacked, length, samples, Steps + 2));
        work.Fill(prompt, length);
        SampleBatch batch = isPacked ? new PackedBatch(session, work) : new RowBatch(session, work);
        var all = Enumerable.Range(0, samples).ToArray();
        var least = double.PositiveInfinity;
        for (var step = 0; step <= Steps; step++)
        {
            var before = Environment.CpuUsage.TotalTime;
            batch.Step(all, [.. all.Select(sample => 200 + sample + step)]);

            // The first step allocates.
            least = step == 0 ? least : Math.Min(least, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        return least;
    }

    private static void Draw(string path, string title, string axis, IReadOnlyList<(double X, double Packed, double Rows)> points)
    {
        var plot = new Plot();
        plot.Title(title);
        plot.XLabel(axis);
        plot.YLabel("processor time, ms");
        foreach (var (name, values) in ((string, double[])[])[("packed", [.. points.Select(static point => point.Packed)]), ("rows", [.. points.Select(static point => point.Rows)])])
        {
            plot.Add.Scatter(points.Select(static point => point.X).ToArray(), values).LegendText = name;
        }

        plot.Axes.SetLimitsY(0, points.Max(static point => Math.Max(point.Packed, point.Rows)) * 1.1);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SaveSvg(path, 640, 400);
    }
}
