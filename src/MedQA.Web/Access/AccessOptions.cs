namespace MedQA.Web.Access;

/// <summary>Options of an <see cref="AccessPolicy"/>.</summary>
public sealed record AccessOptions
{
    /// <summary>The minimum length of a key, too long to guess.</summary>
    public const int ShortestKey = 32;

    /// <summary>How the host authenticates callers.</summary>
    public required AccessMode Mode { get; init; }

    /// <summary>The key of readers, or <see langword="null"/> for none.</summary>
    public string? ReaderKey { get; init; }

    /// <summary>The key of runners, who start runs, or <see langword="null"/> for none.</summary>
    public string? RunnerKey { get; init; }

    /// <summary>The key of administrators, or <see langword="null"/> for none.</summary>
    public string? AdminKey { get; init; }

    /// <summary>
    /// The service's host name for browsers, with a port unless it is 443; <see langword="null"/> to use only the requests' own.
    /// Its pages may write if Mode is EntraId.
    /// </summary>
    public string? HostName { get; init; }

    /// <summary>Validates the options.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(Enum.IsDefined(Mode), nameof(Mode), "EntraId, Keys or Anyone");
        string?[] keys = [ReaderKey, RunnerKey, AdminKey];
        string[] names = [nameof(ReaderKey), nameof(RunnerKey), nameof(AdminKey)];
        foreach (var (key, name) in keys.Zip(names))
        {
            Require(key is null || key.Length >= ShortestKey, name, $"at least {ShortestKey} characters, or not set");
            Require(key is null || Mode == AccessMode.Keys, name, "omitted unless Mode is Keys");
        }

        var given = keys.OfType<string>().ToList();
        Require(
            Mode != AccessMode.Keys || given.Count > 0,
            nameof(ReaderKey),
            "set, or one of RunnerKey and AdminKey, if Mode is Keys");
        Require(
            given.Distinct(StringComparer.Ordinal).Count() == given.Count, nameof(RunnerKey), "different from the keys of the other roles");
    }

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Access setting {setting} must be {wanted}.", setting);
        }
    }
}
