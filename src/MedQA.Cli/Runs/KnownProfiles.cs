using MedQA.Cli.Settings;

namespace MedQA.Cli.Runs;

/// <summary>The names of the storage's profiles for shell completion: those last listed or stored by commands of this machine.</summary>
internal static class KnownProfiles
{
    private static readonly KnownNames Names = new("known-profiles");

    /// <summary>Saves the names.</summary>
    public static void Keep(HostSettings settings, IEnumerable<string> profiles) => Names.Keep(settings, profiles);

    /// <summary>Saves the name of a new profile.</summary>
    public static void Add(HostSettings settings, string profile) => Keep(settings, Names.Kept(settings).Union([profile]));

    /// <summary>Forgets the name of a profile that is gone.</summary>
    public static void Remove(HostSettings settings, string profile) => Keep(settings, Names.Kept(settings).Except([profile]));

    /// <summary>Returns the names.</summary>
    public static IReadOnlyList<string> Find(HostSettings settings) => Names.Kept(settings);
}
