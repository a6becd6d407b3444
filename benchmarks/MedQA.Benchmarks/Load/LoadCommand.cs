using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.LocalHost.Azurite;
using MedQA.Tests;

namespace MedQA.Benchmarks.Load;

/// <summary>What runs of growing size take, everything but the model: each in a process of its own over one Azurite, then served.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["pipeline", .. var rest])
        {
            return await PipelineProcess.RunAsync(rest);
        }

        var options = LoadOptions.Parse(arguments);
        var folder = options.Data ?? Path.Combine(Path.GetTempPath(), "medqa-load-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = folder, Ports = FreePorts.Take() }, Console.Error.WriteLine, CancellationToken.None);
            var keeper = (await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(folder), CancellationToken.None))!.Pid;
            Console.WriteLine($"{Environment.ProcessorCount} cores; load {SystemLoad()}");
            var runs = new List<MeasuredRun>();
            foreach (var size in options.Sizes)
            {
                await Console.Error.WriteLineAsync($"{size} questions");
                var before = ProcessorOf(keeper);
                var result = await MeasureAsync(folder, azurite.ConnectionString, size, options.Readers);
                runs.Add(new MeasuredRun(size, result, ProcessorOf(keeper) - before));
            }

            LoadTables.Print([.. runs.Where(static run => run.Result.Questions > 0)]);
            Console.WriteLine($"load afterwards {SystemLoad()}");
        }
        finally
        {
            if (options.Data is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    private static async Task<PipelineResult> MeasureAsync(string folder, string connection, int size, int readers)
    {
        var (questions, result) = (Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"load-{size}.csv")), Path.Combine(folder, "result.json"));
        await using (var file = new StreamWriter(questions, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            await file.WriteAsync(CaseTexts.Header);
            for (var number = 0; number < size; number++)
            {
                await file.WriteAsync(CaseTexts.Row(number));
            }
        }

        File.Delete(result);
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["load", "pipeline", connection, questions, readers.ToString(CultureInfo.InvariantCulture), result]))!;
        try
        {
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return File.Exists(result)
            ? JsonSerializer.Deserialize<PipelineResult>(await File.ReadAllBytesAsync(result))!
            : throw new InvalidOperationException($"The pipeline's process ended with {process.ExitCode} and without a result.");
    }

    private static double ProcessorOf(int process)
    {
        using var other = Process.GetProcessById(process);
        return other.TotalProcessorTime.TotalSeconds;
    }

    // The load of the machine tells how far figures may be trusted; where the system does not say, neither do we.
    private static string SystemLoad() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}

/// <summary>A run of some size, and what it took.</summary>
/// <param name="Size">Questions.</param>
/// <param name="Result">What it took.</param>
/// <param name="Azurite">Processor seconds of Azurite meanwhile.</param>
internal sealed record MeasuredRun(int Size, PipelineResult Result, double Azurite);
