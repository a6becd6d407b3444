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
    // With attention in float32, in float16 with its 11 significant bits, and in bfloat16 with 8.
    private static readonly Tolerances OfTiny = new(1e-4, 0.01, 0.1);

    // Its logits are ten times as large. Those of float16 deviate by up to 0.02.
    private static readonly Tolerances OfDefault = new(new ReferenceCheckOptions().Tolerance, 0.05, 0.4);

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
            foreach (var (graph, tolerance) in GraphsOf(model, "model.onnx", OfTiny, options))
            {
                foreach (var file in files)
                {
                    failures += await CheckAsync(model.Folder, graph, file, tolerance, options);
                }
            }
        }

        using (var model = new TemporaryModel(options.ModelFolder))
        {
            // The graph over the 4-bit weights whose activations are not rounded. It is slow on the processor, where only a part is compared.
            foreach (var (graph, tolerance) in GraphsOf(model, "model.exact.onnx", OfDefault, options))
            {
                var part = graph == "model.exact.onnx" ? "greedy.json" : "loglikelihood/medqa_pub.jsonl";
                failures += await CheckAsync(
                    model.Folder, graph, options.Provider == ExecutionProvider.Cuda ? references : Path.Combine(references, part), tolerance, options);
            }
        }

        Console.WriteLine();
        Console.WriteLine(failures == 0 ? "Everything is as the references say." : string.Create(CultureInfo.InvariantCulture, $"{failures} differ from the references."));
        return failures == 0 ? 0 : 1;
    }

    /// <summary>The graph as it is and with 16-bit attention. ONNX Runtime has no attention with bfloat16 on the processor.</summary>
    private static IEnumerable<(string Graph, double Tolerance)> GraphsOf(TemporaryModel model, string graph, Tolerances tolerances, EndToEndOptions options)
    {
        yield return (graph, tolerances.Single);
        if (HalfAttention.AppliesTo(Path.Combine(model.Folder, graph)))
        {
            yield return (model.AddHalf(graph), tolerances.Half);
            if (options.Provider == ExecutionProvider.Cuda)
            {
                yield return (model.AddHalf(graph, isBrain: true), tolerances.Brain);
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

    /// <summary>The largest deviation from a reference.</summary>
    private readonly record struct Tolerances(double Single, double Half, double Brain);
}
