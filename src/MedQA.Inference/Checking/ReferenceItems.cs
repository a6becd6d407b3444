using System.Text.Json.Serialization;

namespace MedQA.Inference.Checking;

/// <summary>A row of tokens.json.</summary>
internal sealed record TokenReference(string Text, int[] Ids, string Decoded);

/// <summary>A row of greedy.json.</summary>
internal sealed record ChatReference(
    string Id, ChatReferenceMessage[] Messages, string Rendered, int[] InputIds, int[] Greedy, double[] GreedyLogprobs)
{
    [JsonPropertyName("smallest_top2_margin")]
    public double SmallestMargin { get; init; } = double.PositiveInfinity;
}

internal sealed record ChatReferenceMessage(string Role, string Content);

/// <summary>A row of a *.reference.json.</summary>
internal sealed record LogitReference(string Prompt, int[] InputIds, float[] LastLogits, int[] Greedy, double[] GreedyLogprobs)
{
    [JsonPropertyName("smallest_top2_margin")]
    public double SmallestMargin { get; init; } = double.PositiveInfinity;
}

/// <summary>A row of a loglikelihood file.</summary>
internal sealed record LogLikelihoodReference(
    string Id, string Prompt, string[] Continuations, double[] LogLikelihoods, double Acc, double AccNorm, string Target);

/// <summary>
/// A tuned soft prompt as prompt_tuning.json states it. What can be compared without training is the cache that it leaves and what follows
/// it.
/// </summary>
/// <param name="SoftPromptLength">Virtual tokens.</param>
/// <param name="PrefixCache">For each layer keys and values, [key/value heads, length, head size] row-major.</param>
/// <param name="PromptAfterPrefix">The tokens of a prompt.</param>
/// <param name="LastLogits">The logits after prefix and prompt.</param>
/// <param name="Greedy">The most likely tokens that follow.</param>
internal sealed record SoftPromptReference(
    int SoftPromptLength, float[][][] PrefixCache, int[] PromptAfterPrefix, float[] LastLogits, int[] Greedy);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TokenReference[]))]
[JsonSerializable(typeof(ChatReference[]))]
[JsonSerializable(typeof(LogitReference[]))]
[JsonSerializable(typeof(LogLikelihoodReference))]
[JsonSerializable(typeof(SoftPromptReference))]
internal sealed partial class ReferenceJson : JsonSerializerContext;
