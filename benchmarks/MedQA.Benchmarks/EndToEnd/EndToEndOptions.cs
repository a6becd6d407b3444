using System.Globalization;
using MedQA.Inference.Models;
using MedQA.Inference.Optimization;
using MedQA.Inference.Sessions;

namespace MedQA.Benchmarks.EndToEnd;

/// <summary>What the command line asks for.</summary>
internal sealed record EndToEndOptions
{
    public IReadOnlyList<string> Only { get; init; } = [];

    public int Rounds { get; init; } = 5;

    public string? Graph { get; init; }

    /// <summary>The graph with which the workloads of questions ask one after another, to compare; <see langword="null"/> for the same.</summary>
    public string? BaselineGraph { get; init; }

    public required string ModelFolder { get; init; }

    /// <summary>What computes the graphs.</summary>
    public ExecutionProvider Provider { get; init; }

    /// <summary>How every model is opened.</summary>
    public ModelOptions Model => new() { Graph = Graph, Provider = Provider, GraphCache = Path.Combine(Path.GetTempPath(), "medqa-benchmarks", "graphs") };

    /// <summary>How many items of each file of references are compared.</summary>
    public int Limit { get; init; } = 12;

    /// <summary>How many rows the batches have, one number after another; none stands for what suits the provider.</summary>
    public IReadOnlyList<int> Rows { get; init; } = [];

    public string? Peer { get; init; }

    public string? PeerModel { get; init; }

    /// <summary>The script that draws samples with transformers.js, run by Node.js.</summary>
    public string? TransformersJs { get; init; }

    public string? Prompts { get; init; }

    /// <summary>The set that the workloads of questions ask; <c>samples/medqa.csv</c> where none is given.</summary>
    public string? Questions { get; init; }

    /// <summary>Returns the model with the graph that computes it by default, or with the one that was named.</summary>
    public async Task<ModelFolder> OpenAsync()
    {
        var folder = Inference.Models.ModelFolder.Open(ModelFolder, Graph);
        return await FastGraph.ChooseAsync(folder, Model, static _ => { }, CancellationToken.None) ?? folder;
    }

    public static EndToEndOptions Parse(IReadOnlyList<string> arguments, string root)
    {
        var options = new EndToEndOptions { ModelFolder = Path.Combine(root, "models", "smollm2-135m-instruct") };
        for (var index = 0; index < arguments.Count; index += 2)
        {
            var value = index + 1 < arguments.Count ? arguments[index + 1] : throw new ArgumentException($"{arguments[index]} lacks its value.", nameof(arguments));
            options = arguments[index] switch
            {
                "--only" => options with { Only = value.Split(',') },
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--graph" => options with { Graph = value },
                "--baseline-graph" => options with { BaselineGraph = value },
                "--model" => options with { ModelFolder = value },
                "--provider" => options with { Provider = Enum.Parse<ExecutionProvider>(value, ignoreCase: true) },
                "--limit" => options with { Limit = int.Parse(value, CultureInfo.InvariantCulture) },
                "--rows" => options with { Rows = [.. value.Split(',').Select(static rows => int.Parse(rows, CultureInfo.InvariantCulture))] },
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
