using System.Diagnostics;
using System.Globalization;
using MedQA.Benchmarks.EndToEnd;
using MedQA.Inference.Checking;
using MedQA.Inference.Sessions;

namespace MedQA.Benchmarks.Gpu;

/// <summary>
/// Compares every layout of cache and the default model with their references, as they are and with 16-bit attention. Ends with 1 if one
/// differs.
/// </summary>
internal static class ReferencesCommand
{
    private const double Exact = 1e-4;

    // float16 has 11 significant bits, bfloat16 has 8.
    private const double Half = 0.01;
    private const double Brain = 0.1;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = EndToEndOptions.Parse(arguments, EndToEndCommand.RepositoryRoot);
        var references = Path.Combine(EndToEndCommand.RepositoryRoot, "tests", "references");
        var tiny = Path.Combine(EndToEndCommand.RepositoryRoot, "models", "tiny");
        var failures = 0;
        Console.WriteLine("| model | graph | file | items | agreeing | largest deviation | allowed | seconds | result |");
        Console.WriteLine("| --- | --- | --- | --: | --: | --: | --: | --: | --- |");
        foreach (var folder in Directory.EnumerateDirectories(tiny).Where(static folder => File.Exists(Path.Combine(folder, "model.onnx"))).Order(StringComparer.Ordinal))
        {
            using var model = new TemporaryModel(folder);
            var family = Path.GetFileName(folder).Split('-')[0];
            string[] files = [Path.Combine(tiny, $"{family}.reference.json"), .. family == "llama" ? [Path.Combine(references, "prompt_tuning.json")] : Array.Empty<string>()];
            foreach (var (graph, tolerance) in GraphsOf(model, "model.onnx", Exact, options))
            {
                foreach (var file in files)
                {
                    failures += await CheckAsync(model.Folder, graph, file, tolerance, options);
                }
            }
        }

        using (var model = new TemporaryModel(options.ModelFolder))
        {
            // The graph over the 4-bit weights whose activations are not rounded.
            foreach (var (graph, tolerance) in GraphsOf(model, "model.exact.onnx", new ReferenceCheckOptions().Tolerance, options))
            {
                failures += await CheckAsync(model.Folder, graph, references, tolerance, options);
            }
        }

        Console.WriteLine();
        Console.WriteLine(failures == 0 ? "Everything is as the references say." : string.Create(CultureInfo.InvariantCulture, $"{failures} differ from the references."));
        return failures == 0 ? 0 : 1;
    }

    /// <summary>The graph as it is and with 16-bit attention. ONNX Runtime has no attention with bfloat16 on the processor.</summary>
    private static IEnumerable<(string Graph, double Tolerance)> GraphsOf(TemporaryModel model, string graph, double tolerance, EndToEndOptions options)
    {
        yield return (graph, tolerance);
        if (HalfAttention.AppliesTo(Path.Combine(model.Folder, graph)))
        {
            yield return (model.AddHalf(graph), Half);
            if (options.Provider == ExecutionProvider.Cuda)
            {
                yield return (model.AddHalf(graph, isBrain: true), Brain);
            }
        }
    }

    /// <returns>How many files differ.</returns>
    private static async Task<int> CheckAsync(string folder, string graph, string references, double tolerance, EndToEndOptions options)
    {
        var watch = Stopwatch.StartNew();
        var result = await ReferenceCheck.RunAsync(
            folder, options.Model with { Graph = graph }, references, new() { Limit = options.Limit, Tolerance = tolerance }, null, CancellationToken.None);
        var checkedFiles = result.Files.Where(static file => file.Outcome is ReferenceOutcome.Equal or ReferenceOutcome.Different or ReferenceOutcome.Damaged).ToList();
        foreach (var file in checkedFiles)
        {
            var isLast = file == checkedFiles[^1];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Model} | {result.Graph} | {file.File} | {file.Items} | {file.Agreeing} | {file.LargestDeviation:G2} | {tolerance:G2} | {(isLast ? watch.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) : "")} | {(file.Outcome == ReferenceOutcome.Equal ? "ok" : $"**{file.Outcome}**: {file.Note}")} |"));
        }

        // A model of which nothing was compared is no success.
        return checkedFiles.Count == 0 ? 1 : checkedFiles.Count(static file => file.Outcome != ReferenceOutcome.Equal);
    }
}
