using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Inference.Engine;
using MedQA.Inference.Scoring;

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

    /// <summary>A widened graph of the default model packs samples, and scores the first greedy reference as the graph that it was made from.</summary>
    public static async Task AssertScoresAsWidenedAsync(InferenceEngine engine)
    {
        Assert.True(engine.CanPack);
        var expected = Of("tests", "references", "greedy.json")[0];
        await using var prompt = await engine.ReadAsync(expected.InputIds, 0, TestContext.Current.CancellationToken);
        var score = (await engine.ScoreAsync(
            prompt, [new ScoredSequence(expected.InputIds, expected.Greedy)], TestContext.Current.CancellationToken))[0];

        // A mean difference of 0.05 nats a token is what int8 activations leave; a wrong nibble or offset gives nats.
        Assert.Equal(expected.GreedyLogProbabilities.Average(), score.LogLikelihood / score.Tokens, 0.05);
    }
}
