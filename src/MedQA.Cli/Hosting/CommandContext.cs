using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Hosting;

/// <summary>What every command has: its settings and where it writes.</summary>
internal sealed record CommandContext(HostSettings Settings, HostConsole Console, OutputFormat Output)
{
    /// <summary>
    /// Where the HTTP interface to this machine's runs is served now; <see langword="null"/> where it is not, or nobody can know.
    /// </summary>
    public Uri? ServedAt => Settings.Storage is null ? AtWork.FindAddress(Settings.DataFolder) : null;
}
