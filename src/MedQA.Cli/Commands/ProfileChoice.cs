using System.Globalization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>The profile that a command line selects: a name or a file, with overrides.</summary>
/// <param name="NameOrFile">A profile's name, a JSON file, or <see langword="null"/> for the default profile.</param>
/// <param name="Samples">Overrides the profile's samples.</param>
/// <param name="Seed">Overrides the profile's seed.</param>
internal sealed record ProfileChoice(string? NameOrFile, int? Samples, long? Seed)
{
    /// <summary>The default profile.</summary>
    public static string Default => BuiltInProfiles.Default.Name;

    /// <summary>Creates the choice from the options.</summary>
    public static ProfileChoice Of(string? nameOrFile, int? samples, long? seed) => new(nameOrFile, samples, seed);

    /// <summary>
    /// Returns the name under which every host of the data folder finds the profile, after saving it there if necessary;
    /// <see langword="null"/> for the default profile.
    /// </summary>
    /// <exception cref="InputException">The profile or file does not exist.</exception>
    /// <exception cref="InputException">The file or the overrides are invalid.</exception>
    public string? Resolve(HostSettings settings)
    {
        var chosen = Choose(settings);
        if (ProfileFolders.Open(settings).Find(chosen.Name) is not { } known
            || !CanonicalJson.Of(known).AsSpan().SequenceEqual(CanonicalJson.Of(chosen)))
        {
            ProfileFolders.Keep(settings, chosen);
        }

        return chosen.Name == Default ? null : chosen.Name;
    }

    /// <summary>Returns the name of a service's profile; <see langword="null"/> for its default.</summary>
    /// <exception cref="InputException">A service cannot use this choice.</exception>
    public string? NameThere() => this switch
    {
        { Samples: not null } or { Seed: not null } =>
            throw InputException.Of(
                "--samples and --seed",
                "change a profile on this machine, but a service uses only its own profiles: `medqa profiles --endpoint URL` lists "
                    + "them."),
        { NameOrFile: { } file } when file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) =>
            throw new InputException(
                new FaultLocation(),
                $"{file} is a file on this machine, but a service uses only its own profiles",
                "Its administrator can add it with `medqa serve --profiles FOLDER`, or in the settings of the service in Azure"),
        _ => NameOrFile == Default ? null : NameOrFile,
    };

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
    public Profile Choose(HostSettings settings)
    {
        var source = ProfileFolders.Open(settings);
        var chosen = NameOrFile ?? Default;
        var isFile = chosen.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        var profile = isFile ? ReadFile(chosen) : source.Find(chosen)
            ?? throw new InputException(Unknown(chosen, source.Names, "; a file's name must end with .json"));
        if (isFile && BuiltInProfiles.Find(profile.Name) is not null)
        {
            throw ProfileFault.Of(chosen, "name", $"is \"{profile.Name}\", which is the name of a built-in profile. Choose another.");
        }

        if (Samples is { } samples && samples != profile.Samples)
        {
            profile =
                profile with { Name = string.Create(CultureInfo.InvariantCulture, $"{profile.Name}-samples-{samples}"), Samples = samples };
        }

        if (Seed is { } seed && seed != profile.Seed)
        {
            profile = profile with { Name = string.Create(CultureInfo.InvariantCulture, $"{profile.Name}-seed-{seed}"), Seed = seed };
        }

        return ProfileReader.Check(profile, isFile ? chosen : "from the command line");
    }

    private static Profile ReadFile(string path) => RegularFile.KindOf(path) != PathKind.Missing
        ? ProfileReader.Parse(RegularFile.ReadAllBytes(path), path)
        : throw new InputException($"No profile file {path}.");
}
