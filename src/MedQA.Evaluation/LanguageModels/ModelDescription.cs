using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>What a model is: enough to tell whether two results come from the same one.</summary>
public sealed record ModelDescription
{
    /// <summary>The model's name: that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Hash (lower-case hexadecimal SHA-256) over graph, data, tokenizer and chat template: the same on every machine. Part of a run's id.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>
    /// What else decides the bits of a result: engine version, ONNX Runtime version, provider, instruction set. Stored with each answer.
    /// </summary>
    public required string EngineFingerprint { get; init; }

    /// <summary>The most tokens that prompt and continuation can have together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Whether the model has a chat template.</summary>
    public required bool HasChatTemplate { get; init; }

    /// <summary>Whether the model gives embeddings of texts; see <see cref="ILanguageModel.Embedding"/>.</summary>
    public bool GivesEmbeddings { get; init; }

    /// <summary>Whether it scores continuations (<see cref="IReadPrompt.ScoreAsync"/>) and gives samples their log-likelihood.</summary>
    public bool GivesLogLikelihoods { get; init; } = true;

    /// <summary>Whether it continues plain texts; every model answers chats that has a template.</summary>
    public bool TakesCompletions { get; init; } = true;

    /// <summary>Whether sampling can be limited by top-k and min-p.</summary>
    public bool TruncatesByRank { get; init; } = true;

    /// <summary>
    /// The variables that the chat template reads and does not get anyway: what a profile's template arguments can set;
    /// <see langword="null"/> if that is not known.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<string>? TemplateVariables { get; init; }

    /// <summary>Whether the model's service takes variables for its chat template.</summary>
    [JsonIgnore]
    public bool TakesTemplateArguments { get; init; }

    /// <summary>
    /// How many tokens the longest mark has by which the model closes a thought; 0 if it has no such mark, <see langword="null"/> if that
    /// is not known.
    /// </summary>
    [JsonIgnore]
    public int? ClosingMarkTokens { get; init; }

    /// <summary>
    /// Where the model is asked over HTTP; <see langword="null"/> for a model of this process. The answers of an endpoint are not
    /// reproducible bit for bit, and it counts tokens by itself (<see cref="TokenUsage"/>).
    /// </summary>
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>Its size and family; <see langword="null"/> if neither is known.</summary>
    public ModelFacts? Facts { get; init; }

    /// <summary>Whether requests to the endpoint are limited, for all processes that ask it together.</summary>
    public bool HasLimits { get; init; }
}
