using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The profiles of this host: the built-in ones, those in the folders of the settings and of the model, those of the storage, and those
/// that commands of earlier versions saved in the data folder.
/// </summary>
internal static class ProfileFolders
{
    private const string FolderName = "profiles";

    /// <summary>The built-in profiles, and those of the settings' and the model's folders.</summary>
    public static IProfileSource OfHost(HostSettings settings) => new ProfileFolder(settings.ProfilesFolder, FolderOfModel(settings));

    /// <summary>The same for another model than that of the settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="modelFolder">The model's folder.</param>
    public static IProfileSource OfHost(HostSettings settings, string modelFolder) =>
        new ProfileFolder(settings.ProfilesFolder, Path.Combine(modelFolder, FolderName));

    /// <summary>The profiles that commands of earlier versions saved in the data folder.</summary>
    public static ProfileFolder Kept(HostSettings settings) => new ProfileFolder(Path.Combine(settings.DataFolder, FolderName));

    /// <summary>Opens all profiles but those of the storage.</summary>
    public static ProfileCatalog Open(HostSettings settings) => new(OfHost(settings), earlier: Kept(settings));

    /// <summary>Uses all profiles. Where there is no storage yet, none is made.</summary>
    public static async Task<T> UseAsync<T>(
        HostSettings settings, HostConsole console, Func<ProfileCatalog, Task<T>> use, CancellationToken cancellationToken)
    {
        if (!LocalStorage.Exists(settings))
        {
            return await use(Open(settings));
        }

        await using var storage = await LocalStorage.OpenAsync(settings, console, cancellationToken);
        return await use(new ProfileCatalog(OfHost(settings), new ProfileStore(storage.Runs), Kept(settings)));
    }

    /// <summary>
    /// Returns the profile of a name, with other samples or another seed where they are given. The storage is opened only for a name that
    /// the host does not know.
    /// </summary>
    /// <exception cref="InputException">There is none, or it cannot be used.</exception>
    public static async Task<Profile> FindAsync(
        HostSettings settings,
        HostConsole console,
        string name,
        string hint,
        CancellationToken cancellationToken,
        int? samples = null,
        long? seed = null) =>
        await new ProfileCatalog(OfHost(settings)).FindAsync(name, null, samples, seed, cancellationToken)
            ?? await UseAsync(
                settings,
                console,
                async profiles => await profiles.FindAsync(name, null, samples, seed, cancellationToken)
                    ?? throw new InputException(Unknown(name, await profiles.NamesAsync(cancellationToken), hint)),
                cancellationToken);

    /// <summary>Returns the message for an unknown profile.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="known">The known names.</param>
    /// <param name="more">An addition to the list of names.</param>
    internal static string Unknown(string name, IReadOnlyCollection<string> known, string more = "") =>
        $"No profile '{name}'{(ClosestName.Of(name, known) is { } closest ? $" (did you mean {closest}?)" : "")}. Profiles: "
            + $"{string.Join(", ", known)}{more}.";

    /// <summary>Reports the files in the folders that are not valid profiles, and why.</summary>
    public static Task TellUnusableAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken) =>
        Open(settings).ListAsync(fault => console.Note($"Skipped: {fault.Message}"), cancellationToken);

    // A missing model is reported when it is loaded.
    private static string? FolderOfModel(HostSettings settings) =>
        LocalModel.FindFolder(settings) is { } model ? Path.Combine(model, FolderName) : null;
}
