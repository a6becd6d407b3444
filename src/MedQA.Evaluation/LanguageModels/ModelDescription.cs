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
}
