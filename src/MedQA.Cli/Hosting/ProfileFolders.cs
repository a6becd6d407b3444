using MedQA.Azurite;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Files;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The profiles that this host knows: built in, from the folder of the settings, those that commands made from files and options, and
/// those that the model's folder brings.
/// </summary>
internal static class ProfileFolders
{
    private const string FolderName = "profiles";

    /// <summary>All of them.</summary>
    public static IProfileSource Open(HostSettings settings) =>
        new ProfileFolder(settings.ProfilesFolder, KeptFolder(settings), FolderOfModel(settings));

    /// <summary>Keeps a profile in the data folder, so that every host of that folder knows it, also after a restart.</summary>
    public static void Keep(HostSettings settings, Profile profile)
    {
        var folder = KeptFolder(settings);
        PrivateFiles.CreateFolder(folder);
        OutputFile.WriteAllBytes(Path.Combine(folder, $"{profile.Name}.json"), CanonicalJson.Of(profile), onlyForOwner: true);
    }

    /// <summary>Says which files of the folders hold no usable profile, and what is wrong with each.</summary>
    public static void TellUnusable(HostSettings settings, HostConsole console) =>
        Open(settings).All(fault => console.Note($"Skipped: {fault.Message}"));

    private static string KeptFolder(HostSettings settings) => Path.Combine(settings.DataFolder, FolderName);

    // A model that is not there is the affair of what loads it.
    private static string? FolderOfModel(HostSettings settings) =>
        LocalModel.FindFolder(settings) is { } model ? Path.Combine(model, FolderName) : null;
}
