using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Notifying;

/// <summary>What is logged of notices: events 1400 to 1499. Addresses are named, never written out.</summary>
internal static partial class NotifyingLog
{
    [LoggerMessage(1400, LogLevel.Information, "The notice of run {Run} was sent to {Address}: {Status}, try {Try}.")]
    public static partial void NoticeSent(this ILogger logger, RunId run, string address, int? status, int @try);

    [LoggerMessage(1401, LogLevel.Warning, "The notice of run {Run} was not taken by {Address}: {Answer}, try {Try}. Next try at "
        + "{Next:u}.")]
    public static partial void NoticeNotTaken(
        this ILogger logger, RunId run, string address, string answer, int @try, DateTimeOffset? next);

    [LoggerMessage(1402, LogLevel.Error, "The notice of run {Run} to {Address} was given up: {Answer}, tries {Tries}.")]
    public static partial void NoticeGivenUp(this ILogger logger, RunId run, string address, string answer, int tries);
}
