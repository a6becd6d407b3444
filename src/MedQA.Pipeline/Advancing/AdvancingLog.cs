using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Advancing;

/// <summary>What those who drive runs say: events 1000 to 1099.</summary>
internal static partial class AdvancingLog
{
    [LoggerMessage(1000, LogLevel.Warning, "The storage did not respond; runs resume when it does.")]
    public static partial void StorageSilent(this ILogger logger, Exception fault);

    [LoggerMessage(1001, LogLevel.Error, "Upload {Blob} was not split. {Fault}")]
    public static partial void UploadNotSplit(this ILogger logger, string blob, string fault);

    [LoggerMessage(1002, LogLevel.Error, "Run {Run} was not advanced; retrying.")]
    public static partial void RunNotAdvanced(this ILogger logger, Exception fault, RunId run);

    [LoggerMessage(1003, LogLevel.Warning, "The row of run {Run} is missing; rebuilding it from the run's blobs.")]
    public static partial void RowLost(this ILogger logger, RunId run);

    [LoggerMessage(1004, LogLevel.Information, "Run {Run} is {State}: {Done} of {Questions} questions, {Failed} failed.")]
    public static partial void RunEnded(this ILogger logger, RunId run, RunState state, int done, int questions, int failed);

    [LoggerMessage(1005, LogLevel.Warning, "The answers of batch {Batch} of run {Run} are missing from storage; the run is collected "
        + "again.")]
    public static partial void AnswersGone(this ILogger logger, BatchId batch, RunId run);

    [LoggerMessage(1006, LogLevel.Error, "A message of the queue advance names no run and was dropped.")]
    public static partial void WakeUpDropped(this ILogger logger);

    [LoggerMessage(1007, LogLevel.Error, "A message of the queue question-batches-poison names no batch and was dropped.")]
    public static partial void PoisonDropped(this ILogger logger);

    [LoggerMessage(1008, LogLevel.Error, "Batch {Batch} of run {Run}: {Error}")]
    public static partial void BatchPoisoned(this ILogger logger, BatchId batch, RunId run, string error);

    [LoggerMessage(1009, LogLevel.Information, "Run {Run} is being deleted after {Days} days without a change.")]
    public static partial void RunDeleted(this ILogger logger, RunId run, int days);

    [LoggerMessage(1010, LogLevel.Information, "Deleted {Count} uploads older than {Days} days.")]
    public static partial void UploadsDeleted(this ILogger logger, int count, int days);
}
