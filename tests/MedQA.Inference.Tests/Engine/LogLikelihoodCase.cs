using System.Text.Json;
using System.Text.Json.Serialization;

namespace MedQA.Inference.Tests.Engine;

/// <summary>A row of references/loglikelihood: what lm-evaluation-harness 0.4.13 scored.</summary>
internal sealed record LogLikelihoodCase
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("prompt")]
    public required string Prompt { get; init; }

    [JsonPropertyName("continuations")]
    public required string[] Continuations { get; init; }

    [JsonPropertyName("log_likelihoods")]
    public required double[] LogLikelihoods { get; init; }

    public static LogLikelihoodCase[] Of(string file) =>
        [.. File.ReadLines(Repository.PathOf("tests", "references", "loglikelihood", file)).Select(static line => JsonSerializer.Deserialize<LogLikelihoodCase>(line)!)];
}
