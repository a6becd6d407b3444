namespace MedQA.Cli.Hosting;

/// <summary>
/// Keeps what is for this machine, such as its storage and its own HTTP API, from a proxy that the environment names for everything: where
/// the proxy is on another machine, it would look for them there.
/// </summary>
internal static class DirectConnections
{
    private static readonly string[] Own = ["127.0.0.1", "localhost", "[::1]", "::1"];

    /// <summary>
    /// Adds this machine to the addresses without a proxy, for this process and those that it starts. Call it before any connection is
    /// made: each client reads the variables once.
    /// </summary>
    public static void ExcludeThisMachine()
    {
        // The lower-case name is read first where there are both.
        var known = Environment.GetEnvironmentVariable("no_proxy") ?? Environment.GetEnvironmentVariable("NO_PROXY");
        var all = string.Join(
            ',', (known ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Union(Own));
        Environment.SetEnvironmentVariable("no_proxy", all);
        Environment.SetEnvironmentVariable("NO_PROXY", all);
    }
}
