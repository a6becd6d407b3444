using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Azurite;
using MedQA.Testing;

namespace MedQA.Benchmarks.Load;

/// <summary>What runs of growing size take, everything but the model: each in a process of its own over one Azurite, then served.</summary>
internal static class LoadCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["pipeline", .. var rest]:
                return await PipelineProcess.RunAsync(rest);
            case ["reports", var connection, var run, var times, var result]:
                return await PipelineProcess.WriteReportsAsync(connection, run, times, result);
            case ["plots", var measured, var target]:
                // What was measured before, once more.
                LoadPlots.Draw([.. Directory.GetFiles(measured, "measured-*.json").Select(static file => JsonSerializer.Deserialize<MeasuredRun>(File.ReadAllBytes(file))!)], target);
                return 0;
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
                var run = new MeasuredRun(size, result, ProcessorOf(keeper) - before);
                before = ProcessorOf(keeper);
                if (options.Reports > 0)
                {
                    var reports = await StartAsync<Stage[]>(folder, "reports", azurite.ConnectionString, result.Run, options.Reports.ToString(CultureInfo.InvariantCulture));
                    run = run with { Reports = reports, AzuriteForReports = ProcessorOf(keeper) - before };
                }

                runs.Add(await RememberAsync(folder, run));
            }

            LoadTables.Print(runs);
            if (options.Plots is not null)
            {
                LoadPlots.Draw(runs, options.Plots);
            }

            if (options.Clients > 0)
            {
                await using var served = await ServedRuns.StartAsync(options.Medqa, azurite.ConnectionString, folder);
                var load = new HttpLoad(served.Address, runs);
                await load.TimeAsync();
                var (own, keepers) = (served.Processor, ProcessorOf(keeper));
                var faults = (await load.RunAsync(options.Clients, options.For, options.Pause)).Faults;
                Console.WriteLine();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medqa serve: {served.Processor - own:F1} s of CPU, {served.Peak:F0} MiB at most; Azurite: {ProcessorOf(keeper) - keepers:F1} s of CPU"));
                if (faults > 0)
                {
                    return 1;
                }
            }

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

    /// <summary>What a run took stands beside its data, for the next look at them.</summary>
    private static async Task<MeasuredRun> RememberAsync(string folder, MeasuredRun run)
    {
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"measured-{run.Size}.json"));
        if (run.Result.Questions == 0 && File.Exists(file))
        {
            var known = JsonSerializer.Deserialize<MeasuredRun>(await File.ReadAllBytesAsync(file))!;
            return known with { Reports = run.Reports, AzuriteForReports = run.AzuriteForReports };
        }

        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(run));
        return run;
    }

    private static async Task<PipelineResult> MeasureAsync(string folder, string connection, int size, int readers)
    {
        var questions = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"load-{size}.csv"));
        await using (var file = new StreamWriter(questions, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            await file.WriteAsync(CaseTexts.Header);
            for (var number = 0; number < size; number++)
            {
                await file.WriteAsync(CaseTexts.Row(number));
            }
        }

        return await StartAsync<PipelineResult>(folder, "pipeline", connection, questions, readers.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Measures in a process of its own, which writes what it has measured into a file.</summary>
    private static async Task<T> StartAsync<T>(string folder, params string[] arguments)
    {
        var result = Path.Combine(folder, "result.json");
        File.Delete(result);
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["load", .. arguments, result]))!;
        try
        {
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return File.Exists(result)
            ? JsonSerializer.Deserialize<T>(await File.ReadAllBytesAsync(result))!
            : throw new InvalidOperationException($"The process that measures ended with {process.ExitCode} and without a result.");
    }

    public static double ProcessorOf(int process)
    {
        using var other = Process.GetProcessById(process);
        return other.TotalProcessorTime.TotalSeconds;
    }

    // The load of the machine tells how far figures may be trusted; where the system does not say, neither do we.
    public static string SystemLoad() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}

/// <summary>A run of some size, and what it took.</summary>
/// <param name="Size">Questions.</param>
/// <param name="Result">What it took.</param>
/// <param name="Azurite">Processor seconds of Azurite meanwhile.</param>
internal sealed record MeasuredRun(int Size, PipelineResult Result, double Azurite)
{
    /// <summary>What writing its result once more took, each time.</summary>
    public Stage[] Reports { get; init; } = [];

    /// <summary>Processor seconds of Azurite for all of them.</summary>
    public double AzuriteForReports { get; init; }
}
