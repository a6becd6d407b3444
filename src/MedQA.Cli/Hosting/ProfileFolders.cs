using MedQA.Azurite;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Files;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The profiles that this host knows: built in, from the folder of the settings, and those that commands made from files and options.
/// </summary>
internal static class ProfileFolders
{
    /// <summary>All of them.</summary>
    public static IProfileSource Open(HostSettings settings)
    {
        var kept = new ProfileFolder(KeptFolder(settings));
        return settings.ProfilesFolder is { } configured ? new Joined(new ProfileFolder(configured), kept) : kept;
    }

    /// <summary>Keeps a profile in the data folder, so that every host of that folder knows it, also after a restart.</summary>
    public static void Keep(HostSettings settings, Profile profile)
    {
        var folder = KeptFolder(settings);
        PrivateFiles.CreateFolder(folder);
        OutputFile.WriteAllBytes(Path.Combine(folder, $"{profile.Name}.json"), CanonicalJson.Of(profile), onlyForOwner: true);
    }

    /// <summary>Says which files of the folders hold no usable profile, and what is wrong with each.</summary>
    public static void TellUnusable(HostSettings settings, HostConsole console) =>
        Open(settings).All(fault => console.Note($"Left out: {fault.Message}"));

    private static string KeptFolder(HostSettings settings) => Path.Combine(settings.DataFolder, "profiles");

    private sealed class Joined(IProfileSource first, IProfileSource second) : IProfileSource
    {
        public IReadOnlyList<string> Names => [.. first.Names.Union(second.Names, StringComparer.Ordinal)];

        public Profile? Find(string name) => first.Find(name) ?? second.Find(name);
    }
}
