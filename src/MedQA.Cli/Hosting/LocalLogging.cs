using MedQA.Cli.Settings;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>Logs to standard error, as much as the settings say.</summary>
internal static class LocalLogging
{
    /// <summary>Makes the loggers.</summary>
    public static ILoggerFactory Create(HostSettings settings) => LoggerFactory.Create(builder => Configure(builder, settings));

    /// <summary>Sets up the loggers of a host.</summary>
    public static void Configure(ILoggingBuilder builder, HostSettings settings) => builder
        .SetMinimumLevel(settings.Log)
        .AddSimpleConsole(static options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss ";
        })
        .AddConsole(static options => options.LogToStandardErrorThreshold = LogLevel.Trace);
}
