namespace MedQA.Azurite;

/// <summary>Where the storage emulator listens, what runs it, and where it keeps its files.</summary>
internal sealed record AzuriteOptions
{
    /// <summary>The folder in which the stored blobs, queues and tables are kept.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The three ports of the services on the loopback address.</summary>
    public AzuritePorts Ports { get; init; } = AzuritePorts.WellKnown;

    /// <summary>
    /// The folder in which the npm package is installed. By default the user's cache folder; an account without a home folder, as in some
    /// containers, has it in the data folder: what runs from a folder that everybody may write, such as the one for temporary files, may
    /// be anybody's.
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

    /// <summary>Storage accounts beside the well-known one, name to base64 key; tests keep apart by them.</summary>
    public IReadOnlyDictionary<string, string> FurtherAccounts { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment variables for npm and Node.js beside the inherited ones.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The longest that Azurite may take to listen. It takes about two seconds, more on a machine under load.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long the last user waits for Azurite's orderly end before it leaves it to that.</summary>
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

        // Empty where the environment names a folder that is not there.
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
