using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>A program that draws the same samples with something else: prints a line of JSON a round.</summary>
internal static class Peer
{
    /// <summary>llama.cpp: tokens per second of one round over all prompts.</summary>
    public static Task<double> LlamaCppAsync(EndToEndOptions options, int samples, int tokens) =>
        RunAsync(options.Peer!, ["--model", options.PeerModel!, "--prompts", options.Prompts!, "--rounds", "1", "--samples", Text(samples), "--tokens", Text(tokens)]);

    /// <summary>transformers.js: tokens per second of one round over the first prompt.</summary>
    public static Task<double> TransformersJsAsync(EndToEndOptions options, int samples, int tokens) =>
        RunAsync("node", [options.TransformersJs!, options.ModelFolder, options.Prompts!, "--prompts", "1", "--rounds", "1", "--samples", Text(samples), "--tokens", Text(tokens)]);

    private static async Task<double> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(static line => line.StartsWith('{'))
            ?? throw new InvalidOperationException($"{program} printed no result: {await errors}");
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("tokens_per_second").GetDouble();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
