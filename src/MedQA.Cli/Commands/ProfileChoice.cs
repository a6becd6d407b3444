using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;
using MedQA.Pipeline.Profiles;

namespace MedQA.Cli.Commands;

/// <summary>The profile that a command line selects: a name or a file, with overrides.</summary>
/// <param name="NameOrFile">A profile's name, a JSON file, or <see langword="null"/> for the default profile.</param>
/// <param name="Samples">Overrides the profile's samples.</param>
/// <param name="Seed">Overrides the profile's seed.</param>
internal sealed record ProfileChoice(string? NameOrFile, int? Samples, long? Seed)
{
    /// <summary>The default profile.</summary>
    public static string Default => BuiltInProfiles.Default.Name;

    /// <summary>Whether it is a file.</summary>
    public bool IsFile => NameOrFile?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Creates the choice from the options.</summary>
    public static ProfileChoice Of(string? nameOrFile, int? samples, long? seed) => new(nameOrFile, samples, seed);

    /// <summary>
    /// Returns the name of the profile without the overrides, <see langword="null"/> for the default profile, and the hash of a file's
    /// profile. The service keeps that one for runs that state its hash; it changes nothing that others see.
    /// </summary>
    /// <exception cref="InputException">The file does not exist or is invalid, or its profile has the name of another.</exception>
    public async Task<(string? Name, string? Hash)> GiveAsync(MedQAClient client, CancellationToken cancellationToken) =>
        !IsFile ? (NameOrFile == Default ? null : NameOrFile, null)
            : await StoreAsync(client, NameOrFile!, ReadFile(NameOrFile!), unlisted: true, cancellationToken);

    /// <summary>Stores the profile of a file at a service, under its name for everybody or unlisted.</summary>
    /// <returns>Its name and its hash.</returns>
    /// <exception cref="InputException">The profile has the name of another.</exception>
    public static async Task<(string Name, string? Hash)> StoreAsync(
        MedQAClient client, string file, (Profile Profile, byte[] Json) read, bool unlisted, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await client.PutProfileAsync(read.Profile.Name, read.Json, unlisted, cancellationToken);
            return (read.Profile.Name, stored.GetProperty("hash").GetString());
        }
        catch (MedQAException exception) when (exception.Type is "urn:medqa:fixed-profile" or "urn:medqa:bad-body")
        {
            throw new InputException($"Profile {file}: {exception.Message}", exception);
        }
    }

    /// <summary>Returns the profile of this machine; overrides give it a new name.</summary>
    /// <exception cref="InputException">The profile or file does not exist.</exception>
    /// <exception cref="InputException">The file or the overrides are invalid.</exception>
    public async Task<Profile> ChooseAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        var chosen = NameOrFile ?? Default;
        return IsFile
            ? ProfileVariation.Of(ReadFile(chosen).Profile, Samples, Seed)
            : await ProfileFolders.FindAsync(
                settings, console, chosen, "; a file's name must end with .json", cancellationToken, Samples, Seed);
    }

    /// <summary>Reads the profile of a file.</summary>
    /// <exception cref="InputException">The file does not exist or is invalid, or its profile has the name of a built-in one.</exception>
    public static (Profile Profile, byte[] Json) ReadFile(string path)
    {
        var json = RegularFile.KindOf(path) != PathKind.Missing
            ? RegularFile.ReadAllBytes(path)
            : throw new InputException($"No profile file {path}.");
        var profile = ProfileReader.Parse(json, path);
        return BuiltInProfiles.Find(profile.Name) is null
            ? (profile, json)
            : throw ProfileFault.Of(path, "name", $"is \"{profile.Name}\", which is the name of a built-in profile. Choose another.");
    }
}
