using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline;

/// <summary>A model that runs can be of.</summary>
/// <param name="Description">What it is.</param>
/// <param name="CountTokens">Counts tokens as it does; <see langword="null"/> where the model is in another process.</param>
public sealed record AnsweringModel(ModelDescription Description, Func<Prompt, int>? CountTokens = null)
{
    /// <summary>The model's fingerprint.</summary>
    public string Fingerprint => Description.Fingerprint;
}
