using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>Log messages of the local service: events 3000 to 3099.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(3000, LogLevel.Information, "{Method} {Path}: {Status} after {Milliseconds:0} ms")]
    public static partial void RequestAnswered(this ILogger logger, string method, string path, int status, double milliseconds);
}
