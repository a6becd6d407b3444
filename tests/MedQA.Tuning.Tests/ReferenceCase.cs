using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Tuning.Tests;

/// <summary>What Hugging Face transformers answered in fp32: see models' and references' README.</summary>
internal sealed record ReferenceCase
{
    [JsonPropertyName("input_ids")]
    public required int[] InputIds { get; init; }

    [JsonPropertyName("last_logits")]
    public float[] LastLogits { get; init; } = [];

    [JsonPropertyName("greedy")]
    public required int[] Greedy { get; init; }

    [JsonPropertyName("greedy_logprobs")]
    public required double[] GreedyLogProbabilities { get; init; }

    public static ReferenceCase[] Of(params string[] path) => JsonSerializer.Deserialize<ReferenceCase[]>(File.ReadAllText(Repository.PathOf(path)))!;
}

/// <summary>What PyTorch made of a soft prompt in front of the tiny Llama: see references' README.</summary>
internal sealed record TuningReference
{
    private static readonly Lazy<TuningReference> Read = new(static () =>
        JsonSerializer.Deserialize<TuningReference>(File.ReadAllText(Repository.PathOf("tests", "references", "prompt_tuning.json")))!);

    public static TuningReference Value => Read.Value;

    [JsonPropertyName("soft_prompt_length")]
    public required int Length { get; init; }

    [JsonPropertyName("examples")]
    public required Example[] Examples { get; init; }

    [JsonPropertyName("initial_soft_prompt")]
    public required float[] Initial { get; init; }

    [JsonPropertyName("first_gradient")]
    public required float[] FirstGradient { get; init; }

    [JsonPropertyName("losses")]
    public required double[] Losses { get; init; }

    [JsonPropertyName("final_soft_prompt")]
    public required float[] Final { get; init; }

    [JsonPropertyName("prefix_cache")]
    public required float[][][] PrefixCache { get; init; }

    [JsonPropertyName("prompt_after_prefix")]
    public required int[] Prompt { get; init; }

    [JsonPropertyName("last_logits")]
    public required float[] LastLogits { get; init; }

    [JsonPropertyName("greedy")]
    public required int[] Greedy { get; init; }

    internal sealed record Example
    {
        [JsonPropertyName("prompt_ids")]
        public required int[] PromptIds { get; init; }

        [JsonPropertyName("answer_ids")]
        public required int[] AnswerIds { get; init; }
    }
}
