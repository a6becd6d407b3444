using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;

namespace MedQA.Pipeline.Profiles;

/// <summary>Finds the profiles that suit a model which cannot do what others need.</summary>
public static class SuitedProfiles
{
    /// <summary>
    /// Returns the profiles that work with a model instead of one that does not, as a sentence with a space before it; empty for a model of
    /// the workers, where the profile's own settings are at fault, and if there are none.
    /// </summary>
    public static async Task<string> AlternativesToAsync(
        this ProfileCatalog profiles, Profile unsuited, ModelDescription model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentNullException.ThrowIfNull(unsuited);
        ArgumentNullException.ThrowIfNull(model);
        if (model.Endpoint is null)
        {
            return "";
        }

        // A broken profile is no alternative; whoever asks for it is told what is wrong with it.
        var suited = (await profiles.ListAsync(static _ => { }, cancellationToken))
            .Where(profile => profile.Name != unsuited.Name && profile.GetIncompatibility(model) is null)
            .Select(static profile => profile.Name)
            .ToList();
        return suited.Count == 0 ? "" : $" Profiles that work with it: {string.Join(", ", suited)}.";
    }
}
