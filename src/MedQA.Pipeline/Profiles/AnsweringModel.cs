using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.Profiles;

/// <summary>A model that runs can be of.</summary>
/// <param name="Description">What it is.</param>
/// <param name="CountTokens">Counts tokens as it does; <see langword="null"/> where the model is in another process.</param>
/// <param name="Profiles">
/// The host's profiles for it, where its folder has profiles of its own; <see langword="null"/> for those of the host.
/// </param>
public sealed record AnsweringModel(
    ModelDescription Description, Func<Prompt, int>? CountTokens = null, IProfileSource? Profiles = null)
{
    /// <summary>The model's fingerprint.</summary>
    public string Fingerprint => Description.Fingerprint;
}
