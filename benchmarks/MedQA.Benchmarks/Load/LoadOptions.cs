using System.Globalization;
using MedQA.Benchmarks.EndToEnd;

namespace MedQA.Benchmarks.Load;

/// <summary>What the command line asks for.</summary>
internal sealed record LoadOptions
{
    /// <summary>How many questions the runs have.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [1_000, 10_000, 100_000];

    /// <summary>Where Azurite keeps its data. Kept if it was named: runs that stand there already are not made again, only served.</summary>
    public string? Data { get; init; }

    /// <summary>Where the plots go; none without.</summary>
    public string? Plots { get; init; }

    /// <summary>How many batches are answered side by side.</summary>
    public int Readers { get; init; } = 1;

    /// <summary>How often the result of each run is written once more, to see the report's time alone.</summary>
    public int Reports { get; init; }

    /// <summary>The program `medqa`, as it is built.</summary>
    public string Medqa { get; init; } = Path.Combine(EndToEndCommand.RepositoryRoot, "src", "MedQA.Cli", "bin", "Release", "net10.0", "medqa.dll");

    /// <summary>Readers of the served runs at a time; 0 for none.</summary>
    public int Clients { get; init; } = 200;

    /// <summary>How long they read.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a reader looks at what came before it asks for more, on average.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions();
        for (var index = 0; index < arguments.Count; index += 2)
        {
            var value = index + 1 < arguments.Count ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} lacks its value.", nameof(arguments));
            options = arguments[index] switch
            {
                "--sizes" => options with { Sizes = [.. value.Split(',').Select(Number)] },
                "--data" => options with { Data = Path.GetFullPath(value) },
                "--plots" => options with { Plots = value },
                "--readers" => options with { Readers = Number(value) },
                "--reports" => options with { Reports = Number(value) },
                "--medqa" => options with { Medqa = value },
                "--clients" => options with { Clients = Number(value) },
                "--seconds" => options with { For = TimeSpan.FromSeconds(Number(value)) },
                "--pause-ms" => options with { Pause = TimeSpan.FromMilliseconds(Number(value)) },
                var unknown => throw new ArgumentException($"{unknown} is no option.", nameof(arguments)),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
