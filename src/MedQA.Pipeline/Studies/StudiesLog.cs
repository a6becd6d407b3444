using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Studies;

/// <summary>Log messages about studies: events 1300 to 1399.</summary>
internal static partial class StudiesLog
{
    [LoggerMessage(1300, LogLevel.Warning, "Study {Study} cannot be read and is left out of the list. {Fault}")]
    public static partial void StudyUnreadable(this ILogger logger, StudyId study, string fault);

    [LoggerMessage(1301, LogLevel.Warning, "The removal from study {Study} is not complete; retrying. {Fault}")]
    public static partial void RemovalFailed(this ILogger logger, string study, string fault);
}
