using System.Globalization;

namespace MedQA.Benchmarks.Load;

/// <summary>Prints what runs took.</summary>
internal static class LoadTables
{
    public static void Print(IReadOnlyList<MeasuredRun> all)
    {
        foreach (var (run, report) in all.SelectMany(static run => run.Reports.Select(report => (run, report))))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result of {run.Size} questions written again: {report.Seconds:F2} s, {report.Processor:F2} s of CPU and on average {run.AzuriteForReports / run.Reports.Length:F2} s of Azurite's, {report.Calls.All} calls, {report.Peak:F0} MiB at most"));
        }

        MeasuredRun[] runs = [.. all.Where(static run => run.Result.Questions > 0)];
        if (runs.Length == 0)
        {
            return;
        }

        Console.WriteLine();
        Console.WriteLine("| questions | batches | wall, s | pipeline CPU, s | ms a question | Azurite CPU, s | storage calls a question | blob | queue | table | report, s | peak memory, MiB | allocated, KB a question |");
        Console.WriteLine("| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var (size, result, azurite) in runs)
        {
            var (blobs, queues, tables) = (result.Stages.Sum(static stage => stage.Calls.Blobs), result.Stages.Sum(static stage => stage.Calls.Queues), result.Stages.Sum(static stage => stage.Calls.Tables));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size:#,0} | {result.Batches:#,0} | {result.Seconds:F1} | {result.Processor:F1} | {1000 * result.Processor / size:F2} | {azurite:F1} | {(double)result.Calls / size:F2} | {(double)blobs / size:F2} | {(double)queues / size:F3} | {(double)tables / size:F3} | {result.Stages[^1].Seconds:F1} | {result.Peak:F0} | {result.Allocated / 1024.0 / size:F0} |"));
        }

        Console.WriteLine();
        Console.WriteLine("| questions | stage | wall, s | CPU, s | storage calls | peak memory so far, MiB |");
        Console.WriteLine("| --: | --- | --: | --: | --: | --: |");
        foreach (var run in runs)
        {
            foreach (var stage in run.Result.Stages)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {run.Size:#,0} | {stage.Name} | {stage.Seconds:F2} | {stage.Processor:F2} | {stage.Calls.All:#,0} | {stage.Peak:F0} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {run.Size:#,0} | of that, the stand-in | | {run.Result.StandIn:F2} | | |"));
        }
    }
}
