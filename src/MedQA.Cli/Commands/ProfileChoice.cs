using System.Globalization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>The profile that a command line asks for: a name or a file, and what to do differently.</summary>
/// <param name="NameOrFile">A profile's name, a JSON file, or <see langword="null"/> for the default profile.</param>
/// <param name="Samples">Samples instead of the profile's.</param>
/// <param name="Seed">Seed instead of the profile's.</param>
internal sealed record ProfileChoice(string? NameOrFile, int? Samples, long? Seed)
{
    /// <summary>The profile of runs that name none.</summary>
    public static string Default => BuiltInProfiles.Default.Name;

    /// <summary>What the options say.</summary>
    public static ProfileChoice Of(string? nameOrFile, int? samples, long? seed) => new(nameOrFile, samples, seed);

    /// <summary>
    /// The name under which every host of the data folder finds the profile; one that has no name yet is kept there. <see langword="null"/>
    /// for the host's usual one.
    /// </summary>
    /// <exception cref="InputException">There is no such profile or file.</exception>
    /// <exception cref="InputException">The file, or what is to be different, makes no profile.</exception>
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

    /// <summary>The name of a profile that a service has; <see langword="null"/> for its usual one.</summary>
    /// <exception cref="InputException">What is asked for is no profile of a service.</exception>
    public string? NameThere() => this switch
    {
        { Samples: not null } or { Seed: not null } =>
            throw InputException.Of(
                "--samples and --seed",
                "change a profile on this machine. A service asks with the profiles that it has: `medqa profiles "
                    + "--endpoint URL` lists them."),
        { NameOrFile: { } file } when file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) =>
            throw new InputException(
                $"A service asks with the profiles that it has, and {file} is a file of this machine. Its administrator can add it: "
                    + "`medqa serve --profiles FOLDER`, or the setting of the service in Azure."),
        _ => NameOrFile == Default ? null : NameOrFile,
    };

    /// <summary>What is said of a profile that there is not.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="known">The names of those that there are.</param>
    /// <param name="more">What else is to be said of names.</param>
    internal static string Unknown(string name, IReadOnlyCollection<string> known, string more = "") =>
        $"There is no profile '{name}'{(ClosestName.Of(name, known) is { } closest ? $" (is {closest} meant?)" : "")}. The profiles are "
            + $"{string.Join(", ", known)}{more}.";

    /// <summary>The profile itself; one that differs from the profile it is made of has a name of its own.</summary>
    /// <exception cref="InputException">There is no such profile or file.</exception>
    /// <exception cref="InputException">The file, or what is to be different, makes no profile.</exception>
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
        : throw new InputException($"There is no profile file {path}.");
}
