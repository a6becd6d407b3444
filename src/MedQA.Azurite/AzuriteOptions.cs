namespace MedQA.Azurite;

/// <summary>The ports, programs and folders of the storage emulator.</summary>
internal sealed record AzuriteOptions
{
    /// <summary>The folder in which the stored blobs, queues and tables are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The three ports of the services on the loopback address.</summary>
    public AzuritePorts Ports { get; init; } = AzuritePorts.WellKnown;

    /// <summary>
    /// The folder in which the npm package is installed. The default is the user's cache folder or, for accounts without a home folder, as
    /// in some containers, the data folder: programs in a world-writable folder, such as the temporary folder, could be anybody's.
    /// </summary>
    public string CacheFolder
    {
        get => field ?? DefaultCacheFolder ?? Path.Combine(DataFolder, "cache");
        init;
    }

    /// <summary>The Node.js program: a name on the PATH, or a path.</summary>
    public string Node { get; init; } = "node";

    /// <summary>The npm program: a name on the PATH, or a path.</summary>
    public string Npm { get; init; } = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary>Additional storage accounts, name to base64 key; they isolate tests from each other.</summary>
    public IReadOnlyDictionary<string, string> FurtherAccounts { get; init; } = new Dictionary<string, string>();

    /// <summary>Additional environment variables for npm and Node.js.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The longest time for Azurite to start listening, usually about two seconds, more under load.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long the last user waits for Azurite's orderly shutdown before returning.</summary>
    public TimeSpan EndLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The user's cache folder for this tool; <see langword="null"/> for an account without a home folder.</summary>
    public static string? DefaultCacheFolder { get; } = UserCacheFolder() is { } folder ? Path.Combine(folder, "medqa") : null;

    private static string? UserCacheFolder()
    {
        if (System.Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured && Path.IsPathRooted(configured))
        {
            return configured;
        }

        if (OperatingSystem.IsWindows())
        {
            return System.Environment.GetFolderPath(System.Environment.SpecialFolder.LocalApplicationData);
        }

        // Empty if the environment names a missing folder.
        var home = System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache") : null;
    }
}

/// <summary>The ports of Azurite's services.</summary>
/// <param name="Blob">Blobs.</param>
/// <param name="Queue">Queues.</param>
/// <param name="Table">Tables.</param>
internal sealed record AzuritePorts(int Blob, int Queue, int Table)
{
    /// <summary>The ports that every Azure tool tries for a development store.</summary>
    public static AzuritePorts WellKnown { get; } = new(10000, 10001, 10002);

    /// <inheritdoc />
    public override string ToString() => $"{Blob}, {Queue} and {Table}";
}
