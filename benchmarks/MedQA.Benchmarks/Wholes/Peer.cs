using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MedQA.Benchmarks.Wholes;

/// <summary>A program that draws samples with llama.cpp: prints a line of JSON a round.</summary>
internal static class Peer
{
    /// <summary>Tokens per second of one round.</summary>
    public static async Task<double> RunAsync(WholesOptions options, int samples, int tokens)
    {
        var start = new ProcessStartInfo(options.Peer!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [
                "--model", options.PeerModel!, "--prompts", options.Prompts!, "--rounds", "1",
                "--samples", samples.ToString(CultureInfo.InvariantCulture), "--tokens", tokens.ToString(CultureInfo.InvariantCulture),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').LastOrDefault(static line => line.StartsWith('{'))
            ?? throw new InvalidOperationException($"{options.Peer} printed no result: {await errors}");
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("tokens_per_second").GetDouble();
    }
}
