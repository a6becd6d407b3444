namespace MedQA.Web.Access;

/// <summary>Who may call what.</summary>
public sealed record AccessOptions
{
    /// <summary>The fewest characters of a key: more than anybody tries out.</summary>
    public const int ShortestKey = 32;

    /// <summary>How the host learns who asks.</summary>
    public required AccessMode Mode { get; init; }

    /// <summary>The key of readers, or <see langword="null"/> where nobody reads by key.</summary>
    public string? ReaderKey { get; init; }

    /// <summary>The key of those who start runs, or <see langword="null"/>.</summary>
    public string? RunnerKey { get; init; }

    /// <summary>The key of administrators, or <see langword="null"/>.</summary>
    public string? AdminKey { get; init; }

    /// <summary>
    /// The name under which browsers reach the service, with a port where it is not 443; <see langword="null"/> where only the requests say
    /// it. Its pages may write where Mode is EntraId.
    /// </summary>
    public string? HostName { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(Enum.IsDefined(Mode), nameof(Mode), "EntraId, Keys or Anyone");
        string?[] keys = [ReaderKey, RunnerKey, AdminKey];
        string[] names = [nameof(ReaderKey), nameof(RunnerKey), nameof(AdminKey)];
        foreach (var (key, name) in keys.Zip(names))
        {
            Require(key is null || key.Length >= ShortestKey, name, $"at least {ShortestKey} characters, or not set");
            Require(key is null || Mode == AccessMode.Keys, name, "left out unless Mode is Keys");
        }

        var given = keys.OfType<string>().ToList();
        Require(
            Mode != AccessMode.Keys || given.Count > 0,
            nameof(ReaderKey),
            "set, or one of RunnerKey and AdminKey, where Mode is Keys: else nobody can do anything");
        Require(
            given.Distinct(StringComparer.Ordinal).Count() == given.Count, nameof(RunnerKey), "another key than those of the other roles");
    }

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Access setting {setting} must be {wanted}.", setting);
        }
    }
}
