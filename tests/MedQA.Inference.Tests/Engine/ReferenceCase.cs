using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Inference.Tests.Engine;

/// <summary>What Hugging Face transformers answered in fp32: see models' and references' README.</summary>
internal sealed record ReferenceCase
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    [JsonPropertyName("input_ids")]
    public required int[] InputIds { get; init; }

    [JsonPropertyName("last_logits")]
    public float[] LastLogits { get; init; } = [];

    [JsonPropertyName("greedy")]
    public required int[] Greedy { get; init; }

    [JsonPropertyName("greedy_logprobs")]
    public required double[] GreedyLogProbabilities { get; init; }

    [JsonPropertyName("text")]
    public string? Text { get; init; }

    public static ReferenceCase[] Of(params string[] path) =>
        JsonSerializer.Deserialize<ReferenceCase[]>(File.ReadAllText(Repository.PathOf(path)), Options)!;
}
