namespace MedQA.Benchmarks.EndToEnd;

/// <summary>What the command line asks for.</summary>
internal sealed record EndToEndOptions
{
    public IReadOnlyList<string> Only { get; init; } = [];

    public int Rounds { get; init; } = 5;

    public string? Graph { get; init; }

    public required string ModelFolder { get; init; }

    public string? Peer { get; init; }

    public string? PeerModel { get; init; }

    /// <summary>The script that draws samples with transformers.js, run by Node.js.</summary>
    public string? TransformersJs { get; init; }

    public string? Prompts { get; init; }

    /// <summary>The set that the workloads of questions ask; <c>samples/medqa.csv</c> where none is given.</summary>
    public string? Questions { get; init; }

    public static EndToEndOptions Parse(IReadOnlyList<string> arguments, string root)
    {
        var options = new EndToEndOptions { ModelFolder = Path.Combine(root, "models", "smollm2-135m-instruct") };
        for (var index = 0; index < arguments.Count; index += 2)
        {
            var value = index + 1 < arguments.Count ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} lacks its value.", nameof(arguments));
            options = arguments[index] switch
            {
                "--only" => options with { Only = value.Split(',') },
                "--rounds" => options with { Rounds = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
                "--graph" => options with { Graph = value },
                "--model" => options with { ModelFolder = value },
                "--peer" => options with { Peer = value },
                "--peer-model" => options with { PeerModel = value },
                "--transformers-js" => options with { TransformersJs = value },
                "--questions" => options with { Questions = value },
                "--prompts" => options with { Prompts = value },
                var unknown => throw new ArgumentException($"{unknown} is no option.", nameof(arguments)),
            };
        }

        return options;
    }
}
