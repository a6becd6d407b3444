using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
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

    private bool IsFile => NameOrFile?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Creates the choice from the options.</summary>
    public static ProfileChoice Of(string? nameOrFile, int? samples, long? seed) => new(nameOrFile, samples, seed);

    /// <summary>
    /// Returns the name under which every host of the data folder finds the profile without the overrides, after saving it there if
    /// necessary; <see langword="null"/> for the default profile.
    /// </summary>
    /// <exception cref="InputException">The file does not exist or is invalid.</exception>
    public async Task<string?> ResolveAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        if (!IsFile)
        {
            return NameOrFile == Default ? null : NameOrFile;
        }

        var profile = ReadFile(NameOrFile!);
        if (await ProfileFolders.Open(settings).FindAsync(profile.Name, cancellationToken) is not { } known
            || !CanonicalJson.Of(known).AsSpan().SequenceEqual(CanonicalJson.Of(profile)))
        {
            ProfileFolders.Keep(settings, profile);
        }

        return profile.Name;
    }

    /// <summary>Returns the name of a service's profile; <see langword="null"/> for its default.</summary>
    /// <exception cref="InputException">A service cannot use this choice.</exception>
    public string? NameThere() => IsFile
        ? throw new InputException(
            new FaultLocation(),
            $"{NameOrFile} is a file on this machine, but a service uses only its own profiles",
            "Its administrator can add it with `medqa serve --profiles FOLDER`, or in the settings of the service in Azure")
        : NameOrFile == Default ? null : NameOrFile;

    /// <summary>Returns the message for an unknown profile.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="known">The known names.</param>
    /// <param name="more">An addition to the list of names.</param>
    internal static string Unknown(string name, IReadOnlyCollection<string> known, string more = "") =>
        $"No profile '{name}'{(ClosestName.Of(name, known) is { } closest ? $" (did you mean {closest}?)" : "")}. Profiles: "
            + $"{string.Join(", ", known)}{more}.";

    /// <summary>Returns the profile; overrides give it a new name.</summary>
    /// <exception cref="InputException">The profile or file does not exist.</exception>
    /// <exception cref="InputException">The file or the overrides are invalid.</exception>
    public async Task<Profile> ChooseAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var source = ProfileFolders.Open(settings);
        var chosen = NameOrFile ?? Default;
        var profile = IsFile ? ReadFile(chosen) : await source.FindAsync(chosen, cancellationToken)
            ?? throw new InputException(Unknown(chosen, await source.NamesAsync(cancellationToken), "; a file's name must end with .json"));
        return ProfileVariation.Of(profile, Samples, Seed);
    }

    private static Profile ReadFile(string path)
    {
        var profile = RegularFile.KindOf(path) != PathKind.Missing
            ? ProfileReader.Parse(RegularFile.ReadAllBytes(path), path)
            : throw new InputException($"No profile file {path}.");
        return BuiltInProfiles.Find(profile.Name) is null
            ? profile
            : throw ProfileFault.Of(path, "name", $"is \"{profile.Name}\", which is the name of a built-in profile. Choose another.");
    }
}
