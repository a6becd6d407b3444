using System.Diagnostics;
using System.Globalization;
using MedQA.Benchmarks.EndToEnd;
using MedQA.Inference.Models;
using MedQA.Inference.Sessions;

namespace MedQA.Benchmarks.Gpu;

/// <summary>Tokens per second and memory of many prompts as the rows of one batch, with the graph as it is and with float16 attention.</summary>
internal static class BatchCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = EndToEndOptions.Parse(arguments, EndToEndCommand.RepositoryRoot);
        var rows = options.Rows.Count > 0 ? options.Rows : options.Provider == ExecutionProvider.Cuda ? [1, 8, 32, 128] : [1, 8, 32];
        using var model = new TemporaryModel(options.ModelFolder);
        var graph = Path.GetFileName(ModelFolder.Open(model.Folder, options.Graph).GraphPath);
        string[] graphs = HalfAttention.AppliesTo(Path.Combine(model.Folder, graph)) ? [graph, model.AddHalf(graph)] : [graph];
        Console.WriteLine("| graph | cache in | rows | tokens/s | of one row | rows that drew what they draw alone | cache, MB | process so far, MB | GPU, MB |");
        Console.WriteLine("| --- | --- | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var name in graphs)
        {
            using var batch = new RowsOfPrompts(ModelFolder.Open(model.Folder, name), options.Model with { Graph = name });
            var place = batch.HasDeviceCaches ? "GPU" : "host";
            var alone = await batch.DrawAloneAsync();
            foreach (var count in rows)
            {
                var (rate, same) = count == 1 ? (alone, 1) : await batch.DrawTogetherAsync(count);
                var gpu = options.Provider == ExecutionProvider.Cuda ? await GpuMemoryAsync() : "";
                using var process = Process.GetCurrentProcess();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {place} | {count} | {rate:F0} | {rate / alone:F2} | {same} | {batch.BytesOf(count) / 1e6:F0} | {process.PeakWorkingSet64 / 1e6:F0} | {gpu} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {place} | prefill | {batch.PrefillRate:F0} | | | | | |"));
        }

        return 0;
    }

    /// <summary>Memory in use on the first GPU as nvidia-smi sees it, other processes included.</summary>
    private static async Task<string> GpuMemoryAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("nvidia-smi", ["--id=0", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var used = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return used.Trim();
    }
}
