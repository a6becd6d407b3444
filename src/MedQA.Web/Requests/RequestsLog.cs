using Microsoft.Extensions.Logging;

namespace MedQA.Web.Requests;

/// <summary>Log messages about requests: events 4000 to 4099.</summary>
internal static partial class RequestsLog
{
    [LoggerMessage(4000, LogLevel.Error, "A request failed. {Fault}")]
    public static partial void RequestFailed(this ILogger logger, string fault);

    [LoggerMessage(4001, LogLevel.Warning, "A file holds no usable profile and is not listed. {Fault}")]
    public static partial void ProfileUnusable(this ILogger logger, string fault);
}
