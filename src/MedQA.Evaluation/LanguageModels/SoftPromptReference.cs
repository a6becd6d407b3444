namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// A soft prompt as a run names it; the keys and values that its virtual tokens leave in a model's cache are stored elsewhere.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">SHA-256 of its keys and values (<c>prefix.safetensors</c>), lower-case hexadecimal: what identifies it. Part of a
/// run's id.</param>
/// <param name="Length">Its virtual tokens, at least 1; they count against the model's context.</param>
/// <param name="ModelFingerprint">The fingerprint of the model that it was tuned for.</param>
/// <param name="ModelName">The name of that model.</param>
public sealed record SoftPromptReference(string Name, string Hash, int Length, string ModelFingerprint, string ModelName)
{
    /// <summary>Reads what a soft prompt's manifest says of it.</summary>
    /// <param name="utf8">The manifest.</param>
    /// <exception cref="FormatException">It is not a manifest; the message says why.</exception>
    public static SoftPromptReference Parse(ReadOnlyMemory<byte> utf8)
    {
        var manifest = SoftPromptManifest.Parse(utf8.Span);
        return new(manifest.Name, manifest.PrefixHash, manifest.Length, manifest.Model.Fingerprint, manifest.Model.Name);
    }

    /// <summary>Returns why it cannot precede a model's prompts, as a sentence with what to do; <see langword="null"/> if it can.</summary>
    public string? GetIncompatibility(ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GetIncompatibility(model.Name, model.Fingerprint, model.ContextLength);
    }

    /// <summary>Returns the same for a model that is not loaded.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <param name="contextLength">The most tokens that it holds.</param>
    public string? GetIncompatibility(string model, string fingerprint, int contextLength) =>
        ModelFingerprint != fingerprint
            ? $"prefix {Name} was tuned for model {ModelName} with fingerprint {ModelFingerprint}, and this model is {model} with "
                + $"fingerprint {fingerprint}; use a prefix of this model, or the model that this one was tuned for."
            : Length >= contextLength
                ? $"prefix {Name} has {Length} virtual tokens, which leave no room for a prompt in the {contextLength} tokens of model "
                    + $"{model}; use a shorter one."
                : null;
}
