using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Hosting;

/// <summary>The settings and console of a command.</summary>
internal sealed record CommandContext(HostSettings Settings, HostConsole Console, OutputFormat Output)
{
    /// <summary>
    /// The address of the HTTP API that currently serves this machine's runs; <see langword="null"/> if there is none or it is unknown.
    /// </summary>
    public Uri? ServedAt => Settings.Storage is null ? AtWork.FindAddress(Settings.DataFolder) : null;
}
