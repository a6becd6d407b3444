using System.Globalization;
using System.Reflection;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>Runs whole workloads in alternating rounds and prints a table: median, smallest and greatest of the rounds.</summary>
internal static class EndToEndCommand
{
    public static string RepositoryRoot { get; } = typeof(EndToEndCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "RepositoryRoot").Value!;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = EndToEndOptions.Parse(arguments, RepositoryRoot);
        await using var workloads = await Workloads.LoadAsync(options);
        var chosen = workloads.All.Where(workload => options.Only.Count == 0 || options.Only.Contains(workload.Name)).ToList();
        if (chosen.Count == 0)
        {
            await Console.Error.WriteLineAsync($"--only names none of {string.Join(", ", workloads.All.Select(static workload => workload.Name))}.");
            return 2;
        }

        Console.WriteLine($"{Environment.ProcessorCount} cores; load {Load()}; {workloads.Description.EngineFingerprint}");
        var measured = new List<Measurement>();
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var workload in chosen)
            {
                var results = await workload.RunAsync();
                measured.AddRange(results);
                foreach (var result in results)
                {
                    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: {result.What}: {result.Value:F2} {result.Unit}"));
                }
            }
        }

        Console.WriteLine($"load afterwards {Load()}");
        Console.WriteLine();
        Console.WriteLine("| what | unit | median | smallest | greatest |");
        Console.WriteLine("| --- | --- | --: | --: | --: |");
        foreach (var group in measured.GroupBy(static measurement => (measurement.What, measurement.Unit)))
        {
            var values = group.Select(static measurement => measurement.Value).Order().ToList();
            var median = values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {group.Key.What} | {group.Key.Unit} | {median:G4} | {values[0]:G4} | {values[^1]:G4} |"));
        }

        return 0;
    }

    // The load of the machine tells how far figures may be trusted; where the system does not say, neither do we.
    private static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
}
