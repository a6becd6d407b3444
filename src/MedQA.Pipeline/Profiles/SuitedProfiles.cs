using MedQA.Evaluation;
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
    public static string AlternativesTo(this IProfileSource profiles, Profile unsuited, ModelDescription model)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentNullException.ThrowIfNull(unsuited);
        ArgumentNullException.ThrowIfNull(model);
        if (model.Endpoint is null)
        {
            return "";
        }

        var suited = profiles.Names.Where(name => name != unsuited.Name && IsSuited(profiles, name, model)).ToList();
        return suited.Count == 0 ? "" : $" Profiles that work with it: {string.Join(", ", suited)}.";
    }

    private static bool IsSuited(IProfileSource profiles, string name, ModelDescription model)
    {
        try
        {
            return profiles.Find(name)?.GetIncompatibility(model) is null;
        }
        catch (InputException)
        {
            // A broken profile is no alternative; whoever asks for it is told what is wrong with it.
            return false;
        }
    }
}
