using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.SoftPrompts;

namespace MedQA.Cli.Commands;

/// <summary>
/// The model that a profile asks, where a command asks it without a run: with the profile's prefix from the folder of prefixes.
/// </summary>
internal static class PrefixChoice
{
    /// <summary>
    /// Refuses a profile with which nothing can be asked of a model. A prefix that is not in the folder of prefixes can be in the storage,
    /// and is looked at there.
    /// </summary>
    /// <exception cref="InputException">The two do not go together.</exception>
    /// <exception cref="InputException">The prefix is damaged.</exception>
    public static async Task CheckAsync(ModelDescription model, Profile profile, HostSettings settings, CancellationToken cancellationToken)
    {
        var reason = profile.GetIncompatibility(model);
        if (reason is null && profile.Prefix is { } name && SoftPromptStore.FolderOf(settings.PrefixesFolder, name) is { } folder)
        {
            reason = profile.GetIncompatibility(model, (await SoftPromptStore.ReadFolderAsync(folder, name, cancellationToken)).Prefix);
        }

        if (reason is not null)
        {
            throw new InputException(reason);
        }
    }

    /// <summary>The model with the profile's prefix, or the model itself.</summary>
    /// <exception cref="InputException">There is no such prefix, or it is not for this model.</exception>
    /// <exception cref="InputException">It is damaged.</exception>
    public static async Task<ILanguageModel> AskingAsync(
        ILanguageModel model, Profile profile, HostSettings settings, CancellationToken cancellationToken)
    {
        if (profile.Prefix is not { } name)
        {
            return model;
        }

        var folder = SoftPromptStore.FolderOf(settings.PrefixesFolder, name)
            ?? throw new InputException(
                $"Profile {profile.Name} names the prefix '{name}', and there is none of that name: name the folder that it lies in with "
                    + "--prefixes.");
        var (prefix, _, keyValues) = await SoftPromptStore.ReadFolderAsync(folder, name, cancellationToken);
        return profile.GetIncompatibility(model.Description, prefix) is { } reason
            ? throw new InputException(reason)
            : model.WithSoftPrompt(prefix, keyValues);
    }
}
