using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.SoftPrompts;

namespace MedQA.Cli.Commands;

/// <summary>
/// Selects the model for commands that ask a profile's questions outside a run, with the profile's prefix from the prefix folder.
/// </summary>
internal static class PrefixChoice
{
    /// <summary>
    /// Throws if a model cannot be used with a profile. A prefix that is not in the prefix folder may be in storage, and is checked there.
    /// </summary>
    /// <exception cref="InputException">The profile and the model do not fit.</exception>
    /// <exception cref="InputException">The prefix is damaged.</exception>
    public static async Task CheckAsync(ModelDescription model, Profile profile, HostSettings settings, CancellationToken cancellationToken)
    {
        var reason = profile.GetIncompatibility(model) is { } unsuited
            ? unsuited + await ProfileFolders.Open(settings).AlternativesToAsync(profile, model, cancellationToken)
            : null;
        if (reason is null && profile.Prefix is { } name && SoftPromptStore.FolderOf(settings.PrefixesFolder, name) is { } folder)
        {
            reason = profile.GetIncompatibility(model, (await SoftPromptStore.ReadFolderAsync(folder, name, cancellationToken)).Prefix);
        }

        if (reason is not null)
        {
            throw new InputException(reason);
        }
    }

    /// <summary>Returns the model with the profile's prefix, or the model itself.</summary>
    /// <exception cref="InputException">The prefix does not exist, or belongs to another model.</exception>
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
                new FaultLocation(),
                $"Profile {profile.Name} names the prefix '{name}', which was not found",
                "Specify its folder with --prefixes");
        var (prefix, _, keyValues) = await SoftPromptStore.ReadFolderAsync(folder, name, cancellationToken);
        return profile.GetIncompatibility(model.Description, prefix) is { } reason
            ? throw new InputException(reason)
            : await model.WithSoftPromptAsync(prefix, keyValues, cancellationToken);
    }
}
