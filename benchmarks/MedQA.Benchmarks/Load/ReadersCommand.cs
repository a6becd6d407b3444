using System.Globalization;
using System.Text.Json;
using MedQA.Azurite;
using MedQA.Testing;

namespace MedQA.Benchmarks.Load;

/// <summary>Reads the runs that <see cref="LoadCommand"/> made before, through one or several builds of `medqa serve` in turn: each reading alone, then many readers at once.</summary>
internal static class ReadersCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = ReadersOptions.Parse(arguments);
        MeasuredRun[] runs = [.. Directory.GetFiles(options.Data, "measured-*.json")
            .Select(static file => JsonSerializer.Deserialize<MeasuredRun>(File.ReadAllBytes(file))!)
            .OrderBy(static run => run.Size)];
        if (runs.Length == 0)
        {
            await Console.Error.WriteLineAsync($"{options.Data} has no runs. Make them: load --data {options.Data} --clients 0");
            return 2;
        }

        await using var azurite = await AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = options.Data, Ports = FreePorts.Take() }, Console.Error.WriteLine, CancellationToken.None);
        var keeper = (await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.Data), CancellationToken.None))!.Pid;
        Console.WriteLine($"{Environment.ProcessorCount} cores; runs of {string.Join(", ", runs.Select(static run => string.Create(CultureInfo.InvariantCulture, $"{run.Size:#,0}")))}");
        var measured = new List<ReadersResult>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var medqa in options.Medqa)
            {
                measured.Add(await MeasureAsync(options, medqa, azurite.ConnectionString, keeper, runs));
            }
        }

        Print(measured);
        return measured.Exists(static result => result.Load.Faults > 0) ? 1 : 0;
    }

    private static async Task<ReadersResult> MeasureAsync(ReadersOptions options, string medqa, string connection, int keeper, MeasuredRun[] runs)
    {
        var load = LoadCommand.SystemLoad();
        await using var served = await ServedRuns.StartAsync(medqa, connection, options.Data);
        var idle = served.Peak;
        Console.WriteLine();
        Console.WriteLine($"{medqa}, load {load}");

        // Compiles what is read, and makes the comparison, which takes seconds.
        var readings = new HttpLoad(served.Address, runs);
        await readings.TimeAsync(most: 1);
        var (own, keepers, readers) = (served.Processor, LoadCommand.ProcessorOf(keeper), Environment.CpuUsage.TotalTime);
        var result = await readings.RunAsync(options.Clients, options.For, options.Pause);
        return new ReadersResult(
            medqa,
            load,
            result,
            served.Processor - own,
            LoadCommand.ProcessorOf(keeper) - keepers,
            (Environment.CpuUsage.TotalTime - readers).TotalSeconds,
            idle,
            served.Peak);
    }

    private static void Print(List<ReadersResult> measured)
    {
        Console.WriteLine();
        Console.WriteLine("| medqa | load before | answers a second | median, ms | 99 %, ms | longest, ms | errors | serve, CPU s | Azurite, CPU s | readers, CPU s | peak memory at the start, MB | peak memory, MB |");
        Console.WriteLine("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |");
        foreach (var result in measured)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {result.Medqa} | {result.SystemLoad} | {result.Load.PerSecond:F0} | {result.Load.Median:F1} | {result.Load.Percentile99:F0} | {result.Load.Longest:F0} | {result.Load.Faults} | {result.Served:F1} | {result.Azurite:F1} | {result.Readers:F1} | {Megabytes(result.Idle):F0} | {Megabytes(result.Peak):F0} |"));
        }

        static double Megabytes(double mebibytes) => mebibytes * 1048576 / 1e6;
    }

    /// <summary>What one build of `medqa serve` did.</summary>
    /// <param name="Medqa">The build.</param>
    /// <param name="SystemLoad">The machine's load before.</param>
    /// <param name="Load">What the readers saw.</param>
    /// <param name="Served">Processor seconds of `medqa serve`.</param>
    /// <param name="Azurite">Processor seconds of Azurite.</param>
    /// <param name="Readers">Processor seconds of the readers.</param>
    /// <param name="Idle">The most memory of `medqa serve` before the readers came, in MiB.</param>
    /// <param name="Peak">The most memory of `medqa serve`, in MiB.</param>
    private sealed record ReadersResult(string Medqa, string SystemLoad, LoadResult Load, double Served, double Azurite, double Readers, double Idle, double Peak);

    private sealed record ReadersOptions
    {
        public string Data { get; init; } = "";

        public string[] Medqa { get; init; } = [new LoadOptions().Medqa];

        public int Rounds { get; init; } = 1;

        public int Clients { get; init; } = 200;

        public TimeSpan For { get; init; } = TimeSpan.FromMinutes(1);

        public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

        public static ReadersOptions Parse(string[] arguments)
        {
            var options = new ReadersOptions();
            for (var index = 0; index < arguments.Length; index += 2)
            {
                var value = index + 1 < arguments.Length ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} lacks its value.", nameof(arguments));
                options = arguments[index] switch
                {
                    "--data" => options with { Data = Path.GetFullPath(value) },
                    "--medqa" => options with { Medqa = value.Split(',') },
                    "--rounds" => options with { Rounds = Number(value) },
                    "--clients" => options with { Clients = Number(value) },
                    "--seconds" => options with { For = TimeSpan.FromSeconds(Number(value)) },
                    "--pause-ms" => options with { Pause = TimeSpan.FromMilliseconds(Number(value)) },
                    var unknown => throw new ArgumentException($"{unknown} is no option.", nameof(arguments)),
                };
            }

            return options.Data.Length > 0 ? options : throw new ArgumentException("--data is missing.", nameof(arguments));
        }

        private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
