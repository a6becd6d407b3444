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
    /// Returns the name by which a service knows the profile without the overrides, after storing a file's profile there;
    /// <see langword="null"/> for the default profile.
    /// </summary>
    /// <exception cref="InputException">The file does not exist or is invalid, or its profile has the name of another.</exception>
    public async Task<string?> GiveAsync(MedQAClient client, CancellationToken cancellationToken)
    {
        if (!IsFile)
        {
            return NameOrFile == Default ? null : NameOrFile;
        }

        var (profile, json) = ReadFile(NameOrFile!);
        try
        {
            await client.PutProfileAsync(profile.Name, json, cancellationToken);
            return profile.Name;
        }
        catch (MedQAException exception) when (exception.Type is "urn:medqa:fixed-profile" or "urn:medqa:bad-body")
        {
            // The file may be one of the service's own.
            return exception.Type == "urn:medqa:fixed-profile" && await IsSameAsync(client, profile, cancellationToken)
                ? profile.Name
                : throw new InputException($"Profile {NameOrFile}: {exception.Message}", exception);
        }
    }

    /// <summary>Returns the profile of this machine; overrides give it a new name.</summary>
    /// <exception cref="InputException">The profile or file does not exist.</exception>
    /// <exception cref="InputException">The file or the overrides are invalid.</exception>
    public async Task<Profile> ChooseAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        var chosen = NameOrFile ?? Default;
        var profile = IsFile
            ? ReadFile(chosen).Profile
            : await ProfileFolders.FindAsync(settings, console, chosen, "; a file's name must end with .json", cancellationToken);
        return ProfileVariation.Of(profile, Samples, Seed);
    }

    private static async Task<bool> IsSameAsync(MedQAClient client, Profile profile, CancellationToken cancellationToken)
    {
        var there = await client.GetProfileAsync(profile.Name, cancellationToken);
        return CanonicalJson.Of(ProfileReader.Parse(there.GetRawText(), profile.Name)).AsSpan().SequenceEqual(CanonicalJson.Of(profile));
    }

    private static (Profile Profile, byte[] Json) ReadFile(string path)
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
