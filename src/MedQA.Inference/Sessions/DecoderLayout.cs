using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MedQA.Evaluation;
using MedQA.Inference.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Sessions;

/// <summary>How a graph keeps its key/value cache.</summary>
internal enum CacheKind
{
    /// <summary>GroupQueryAttention: past and present may be one buffer, to which a pass appends in place.</summary>
    Shared,

    /// <summary>The graph concatenates: every pass writes a new cache, one longer than its past.</summary>
    Growing,
}

/// <summary>The output with the hidden states of the last layer: [rows, tokens, size].</summary>
internal sealed record HiddenStates(string Name, TensorElementType Type, int Size);

/// <summary>The names of one layer's cache tensors.</summary>
internal readonly record struct CacheNames(string Past, string Present);

/// <summary>Which inputs and outputs a decoder graph has, recognized from a session's metadata.</summary>
internal sealed partial record DecoderLayout
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string PositionIds = "position_ids";
    public const string AttentionBias = "attention_bias";
    public const string LogitsToKeep = "num_logits_to_keep";
    public const string Logits = "logits";

    /// <summary>How the cache is kept.</summary>
    public required CacheKind Cache { get; init; }

    /// <summary>The cache's tensors: keys and values of each layer.</summary>
    public required ImmutableArray<CacheNames> CacheTensors { get; init; }

    /// <summary>float32, float16 or bfloat16.</summary>
    public required TensorElementType CacheType { get; init; }

    /// <summary>Key/value heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Numbers of a key or value of one head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Whether there is an attention mask: which cells of a row hold tokens.</summary>
    public required bool HasMask { get; init; }

    /// <summary>Whether positions are given.</summary>
    public required bool HasPositions { get; init; }

    /// <summary>The type of the attention bias, or <see langword="null"/> if the graph has none.</summary>
    public required TensorElementType? BiasType { get; init; }

    /// <summary>Whether the number of logits can be chosen.</summary>
    public required bool HasLogitsToKeep { get; init; }

    /// <summary>The type of the logits.</summary>
    public required TensorElementType LogitsType { get; init; }

    /// <summary>The hidden states of the last layer, or <see langword="null"/> if the graph does not output them.</summary>
    public HiddenStates? HiddenStates { get; init; }

    /// <summary>How many tokens the model knows.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>
    /// The most cells that a row may have, where the graph itself limits them (the length of its table of rotary angles).
    /// </summary>
    public required int? MostCells { get; init; }

    /// <summary>
    /// Whether samples of one question may share a row: there are positions and a bias to keep them apart, no attention node looks
    /// back over a window of cells, and rotary angles do not depend on the row's length (docs/architecture.md, "Which
    /// caches are recognized").
    /// </summary>
    public required bool CanPack { get; init; }

    /// <summary>Bytes that one token takes in the cache of one row.</summary>
    public long BytesPerCell => (long)CacheTensors.Length * KeyValueHeads * HeadSize * BytesPerNumber;

    /// <summary>Numbers of keys that a token compares itself with in one cell: layers × query heads × head size.</summary>
    public required long AttentionNumbersPerCell { get; init; }

    /// <summary>Bytes of a number in the cache.</summary>
    public int BytesPerNumber => NumberFormat.BytesOf(CacheType);

    /// <summary>Recognizes a graph.</summary>
    /// <exception cref="UnusableException">The inputs and outputs are none that the engine knows; the message names the one at
    /// fault.</exception>
    public static DecoderLayout Recognize(InferenceSession session, OnnxGraph graph, ModelFolder folder)
    {
        var path = folder.GraphPath;
        var inputs = session.InputMetadata;
        var outputs = session.OutputMetadata;
        var names = new List<(int Layer, string Part, CacheNames Names)>();
        foreach (var (name, _) in inputs)
        {
            if (name is InputIds or AttentionMask or PositionIds or AttentionBias or LogitsToKeep)
            {
                continue;
            }

            if (PastName().Match(name) is not { Success: true } match)
            {
                throw Unknown(path, $"it has the input \"{name}\", which the engine does not support");
            }

            var layer = int.Parse(match.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture);
            var present = $"present.{layer}.{match.Groups["part"].Value}";
            if (!outputs.ContainsKey(present))
            {
                throw Unknown(path, $"its input \"{name}\" has no output \"{present}\" to go with it");
            }

            names.Add((layer, match.Groups["part"].Value, new(name, present)));
        }

        if (!inputs.ContainsKey(InputIds) || !outputs.TryGetValue(Logits, out var logits))
        {
            throw Unknown(path, $"it lacks the input \"{InputIds}\" or the output \"{Logits}\"");
        }

        if (names.Count == 0)
        {
            throw Unknown(path, "it has no key/value cache (inputs past_key_values.N.key and .value)");
        }

        var past = inputs[names[0].Names.Past];
        var keyValueHeads = past.Dimensions[1] > 0 ? past.Dimensions[1] : folder.KeyValueHeads ?? folder.AttentionHeads;
        var headSize = past.Dimensions[3] > 0 ? past.Dimensions[3] : folder.HeadSize ?? (folder.HiddenSize / folder.AttentionHeads);
        var vocabulary = logits.Dimensions[^1] > 0 ? logits.Dimensions[^1] : folder.VocabularySize;
        if (keyValueHeads is null || headSize is null || vocabulary is null)
        {
            throw Unknown(
                path, "neither it nor the configuration states the number of key/value heads, their size, and the size of the vocabulary");
        }

        return new()
        {
            Cache = graph.Attention.IsEmpty ? CacheKind.Growing : CacheKind.Shared,
            CacheTensors = [.. names.OrderBy(static name => name.Layer)
                .ThenBy(static name => name.Part, StringComparer.Ordinal)
                .Select(static name => name.Names)],
            CacheType = NumberType(path, names[0].Names.Past, past),
            KeyValueHeads = keyValueHeads.Value,
            HeadSize = headSize.Value,
            AttentionNumbersPerCell = (long)names.Count / 2 * (folder.AttentionHeads ?? keyValueHeads.Value) * headSize.Value,
            HasMask = inputs.ContainsKey(AttentionMask),
            HasPositions = inputs.ContainsKey(PositionIds),
            BiasType = inputs.TryGetValue(AttentionBias, out var bias) ? NumberType(path, AttentionBias, bias) : null,
            HasLogitsToKeep = inputs.ContainsKey(LogitsToKeep),
            LogitsType = NumberType(path, Logits, logits),
            VocabularySize = vocabulary.Value,
            HiddenStates = HiddenStatesOf(outputs, folder),
            MostCells = graph.Attention.Select(static node => node.RotaryLength).Min(),
            CanPack = bias is not null && inputs.ContainsKey(PositionIds) && inputs.ContainsKey(AttentionMask) && !graph.Attention.IsEmpty
                && graph.Attention.All(static node => node is { Window: -1, HasFixedRotary: true }),
        };
    }

    /// <summary>
    /// Returns the output with hidden states and their size, or <see langword="null"/>: Optimum calls it <c>last_hidden_state</c>,
    /// onnxruntime-genai's model builder <c>hidden_states</c>.
    /// </summary>
    /// <param name="shapeOf">The shape of the output of a name, a length that is left open below 1; <see langword="null"/> if there is
    /// none.</param>
    /// <param name="hiddenSize">The size that the model's configuration states.</param>
    public static (string Name, int Size)? FindHiddenStates(Func<string, IReadOnlyList<int>?> shapeOf, int? hiddenSize)
    {
        foreach (var name in (ReadOnlySpan<string>)["last_hidden_state", "hidden_states"])
        {
            if (shapeOf(name) is [_, _, var last] && (last > 0 ? last : hiddenSize) is { } size)
            {
                return (name, size);
            }
        }

        return null;
    }

    private static HiddenStates? HiddenStatesOf(IReadOnlyDictionary<string, NodeMetadata> outputs, ModelFolder folder) =>
        FindHiddenStates(name => outputs.TryGetValue(name, out var output) ? output.Dimensions : null, folder.HiddenSize)
            is (var name, var size)
            ? new HiddenStates(name, NumberType(folder.GraphPath, name, outputs[name]), size)
            : null;

    private static TensorElementType NumberType(string path, string name, NodeMetadata metadata) =>
        NumberFormat.IsKnown(metadata.ElementDataType)
            ? metadata.ElementDataType
            : throw Unknown(path, $"\"{name}\" is {metadata.ElementDataType}; the engine knows float32, float16 and bfloat16");

    private static UnusableException Unknown(string path, string problem) =>
        new(path, problem, "Export the model with Optimum (text-generation-with-past) or "
            + "onnxruntime-genai's model builder");

    [GeneratedRegex(@"^past_key_values\.(?<layer>\d+)\.(?<part>key|value)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PastName();
}
