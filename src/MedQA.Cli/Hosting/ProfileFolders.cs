using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Files;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The profiles of this host: the built-in ones, those in the folder of the settings, those that commands created from files and options,
/// and those in the model's folder.
/// </summary>
internal static class ProfileFolders
{
    private const string FolderName = "profiles";

    /// <summary>Opens all profiles.</summary>
    public static ProfileCatalog Open(HostSettings settings) => new(OfHost(settings), Kept(settings));

    /// <summary>The built-in profiles, and those of the settings' and the model's folders.</summary>
    public static IProfileSource OfHost(HostSettings settings) => new ProfileFolder(settings.ProfilesFolder, FolderOfModel(settings));

    /// <summary>The profiles that commands saved in the data folder.</summary>
    public static IProfileSource Kept(HostSettings settings) => new ProfileFolder(KeptFolder(settings));

    /// <summary>Saves a profile to the data folder for all hosts of that folder, now and after a restart.</summary>
    public static void Keep(HostSettings settings, Profile profile)
    {
        var folder = KeptFolder(settings);
        PrivateFiles.CreateFolder(folder);
        OutputFile.WriteAllBytes(Path.Combine(folder, $"{profile.Name}.json"), CanonicalJson.Of(profile), onlyForOwner: true);
    }

    /// <summary>Reports the files in the folders that are not valid profiles, and why.</summary>
    public static Task TellUnusableAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken) =>
        Open(settings).ListAsync(fault => console.Note($"Skipped: {fault.Message}"), cancellationToken);

    private static string KeptFolder(HostSettings settings) => Path.Combine(settings.DataFolder, FolderName);

    // A missing model is reported when it is loaded.
    private static string? FolderOfModel(HostSettings settings) =>
        LocalModel.FindFolder(settings) is { } model ? Path.Combine(model, FolderName) : null;
}
