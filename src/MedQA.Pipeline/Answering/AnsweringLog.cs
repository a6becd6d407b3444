using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>What workers say: events 1100 to 1199.</summary>
internal static partial class AnsweringLog
{
    [LoggerMessage(1100, LogLevel.Warning, "The queue of batches was not read; retrying.")]
    public static partial void QueueNotRead(this ILogger logger, Exception fault);

    [LoggerMessage(1101, LogLevel.Warning, "Batch {Batch} of run {Run} was not answered; retrying.")]
    public static partial void BatchNotAnswered(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1102, LogLevel.Information, "Batch {Batch} of run {Run}: {Outcome}.")]
    public static partial void BatchEnded(this ILogger logger, string? batch, string run, BatchOutcome outcome);

    [LoggerMessage(1103, LogLevel.Debug, "The message of batch {Batch} of run {Run} was not completed; it will be handled again.")]
    public static partial void MessageNotCompleted(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1104, LogLevel.Debug, "The message of batch {Batch} of run {Run} was not kept invisible.")]
    public static partial void MessageNotKept(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1105, LogLevel.Error, "Message {Id} of the queue of batches was written by a newer version of medqa and was moved "
        + "to the poison queue. Update this worker.")]
    public static partial void MessageOfNewer(this ILogger logger, string id);

    [LoggerMessage(1106, LogLevel.Error, "Message {Id} of the queue of batches cannot be read and was moved to the poison queue.")]
    public static partial void MessageUnreadable(this ILogger logger, string id);

    [LoggerMessage(1107, LogLevel.Error, "Message {Id} of batch {Batch} of run {Run} was tried {Count} times and was moved to the "
        + "poison queue.")]
    public static partial void MessagePoisoned(this ILogger logger, string id, string? batch, string run, long count);

    [LoggerMessage(1108, LogLevel.Debug, "The lease of batch {Batch} of run {Run} was not released; it will expire.")]
    public static partial void LeaseNotReleased(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1109, LogLevel.Warning, "The lease of batch {Batch} of run {Run} was not renewed; retrying.")]
    public static partial void LeaseNotRenewed(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1110, LogLevel.Warning, "The row of run {Run} was not read after the lease of its batch {Batch} was renewed; it is "
        + "read after the next renewal.")]
    public static partial void RowNotRead(this ILogger logger, Exception fault, RunId run, BatchId batch);

    [LoggerMessage(1111, LogLevel.Warning, "Question {Ordinal} of run {Run} exceeded its time limit; it is tried once more after the "
        + "others of batch {Batch}.")]
    public static partial void QuestionTimedOut(this ILogger logger, int ordinal, RunId run, BatchId batch);

    [LoggerMessage(1112, LogLevel.Warning, "The return of batch {Batch} of run {Run} was not recorded in its row; it is noticed when the "
        + "batch's lease expires.")]
    public static partial void ReturnNotSaid(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1113, LogLevel.Error, "Question {Ordinal} of batch {Batch} of run {Run} was not answered; its failure has the reason. "
        + "{Fault}")]
    public static partial void QuestionNotAnswered(this ILogger logger, int ordinal, BatchId batch, RunId run, string fault);

    [LoggerMessage(1114, LogLevel.Warning, "Question {Ordinal} of batch {Batch} of run {Run} was abandoned and threw an error. {Fault}")]
    public static partial void DroppedQuestionFailed(this ILogger logger, int ordinal, BatchId batch, RunId run, string fault);

    [LoggerMessage(1115, LogLevel.Warning, "Batch {Batch} of run {Run} was given back, since its model cannot be asked at present. "
        + "{Reason}")]
    public static partial void ModelUnavailable(this ILogger logger, BatchId batch, RunId run, string reason);
}
