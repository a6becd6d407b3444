using System.Text.Json.Serialization;

namespace MedQA.Inference.Checking;

/// <summary>A row of tokens.json.</summary>
internal sealed record TokenReference(string Text, int[] Ids, string Decoded);

/// <summary>A row of greedy.json.</summary>
internal sealed record ChatReference(string Id, ChatReferenceMessage[] Messages, string Rendered, int[] InputIds, int[] Greedy, double[] GreedyLogprobs)
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
internal sealed record LogLikelihoodReference(string Id, string Prompt, string[] Continuations, double[] LogLikelihoods, double Acc, double AccNorm, string Target);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TokenReference[]))]
[JsonSerializable(typeof(ChatReference[]))]
[JsonSerializable(typeof(LogitReference[]))]
[JsonSerializable(typeof(LogLikelihoodReference))]
internal sealed partial class ReferenceJson : JsonSerializerContext;
