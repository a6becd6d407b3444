using MedQA.Cli.Settings;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>Logs to standard error at the level of the settings.</summary>
internal static class LocalLogging
{
    /// <summary>Creates the logger factory.</summary>
    public static ILoggerFactory Create(HostSettings settings) => LoggerFactory.Create(builder => Configure(builder, settings));

    /// <summary>Configures the logging of a host.</summary>
    public static void Configure(ILoggingBuilder builder, HostSettings settings) => builder
        .SetMinimumLevel(settings.Log)
        .AddSimpleConsole(static options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "HH:mm:ss ";
        })
        .AddConsole(static options => options.LogToStandardErrorThreshold = LogLevel.Trace);
}
