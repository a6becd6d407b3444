using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>What workers say: events 1100 to 1199.</summary>
internal static partial class AnsweringLog
{
    [LoggerMessage(1100, LogLevel.Warning, "The queue of batches was not read; it is tried again.")]
    public static partial void QueueNotRead(this ILogger logger, Exception fault);

    [LoggerMessage(1101, LogLevel.Warning, "Batch {Batch} of run {Run} was not answered; it is tried again.")]
    public static partial void BatchNotAnswered(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1102, LogLevel.Information, "Batch {Batch} of run {Run}: {Outcome}.")]
    public static partial void BatchEnded(this ILogger logger, string? batch, string run, BatchOutcome outcome);

    [LoggerMessage(1103, LogLevel.Debug, "The message of batch {Batch} of run {Run} was not completed; it is handled once more.")]
    public static partial void MessageNotCompleted(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1104, LogLevel.Debug, "The message of batch {Batch} of run {Run} was not kept invisible.")]
    public static partial void MessageNotKept(this ILogger logger, Exception fault, string? batch, string run);

    [LoggerMessage(1105, LogLevel.Error, "Message {Id} of the queue of batches was written by a newer version of medqa; it goes to the "
        + "poison queue. Update this worker.")]
    public static partial void MessageOfNewer(this ILogger logger, string id);

    [LoggerMessage(1106, LogLevel.Error, "Message {Id} of the queue of batches cannot be read; it goes to the poison queue.")]
    public static partial void MessageUnreadable(this ILogger logger, string id);

    [LoggerMessage(1107, LogLevel.Error, "Message {Id} of batch {Batch} of run {Run} was tried {Count} times; it goes to the poison "
        + "queue.")]
    public static partial void MessagePoisoned(this ILogger logger, string id, string? batch, string run, long count);

    [LoggerMessage(1108, LogLevel.Debug, "The lease of batch {Batch} of run {Run} was not released; it ends by itself.")]
    public static partial void LeaseNotReleased(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1109, LogLevel.Warning, "The lease of batch {Batch} of run {Run} was not renewed; it is tried again.")]
    public static partial void LeaseNotRenewed(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1110, LogLevel.Warning, "The row of run {Run} was not read after the lease of its batch {Batch} was renewed; it is "
        + "read after the next.")]
    public static partial void RowNotRead(this ILogger logger, Exception fault, RunId run, BatchId batch);

    [LoggerMessage(1111, LogLevel.Warning, "Question {Ordinal} of run {Run} ran out of its time; it is tried once more behind the others "
        + "of batch {Batch}.")]
    public static partial void QuestionTimedOut(this ILogger logger, int ordinal, RunId run, BatchId batch);

    [LoggerMessage(1112, LogLevel.Warning, "The row of batch {Batch} of run {Run} does not say that the batch was given back; that shows "
        + "when its lease has ended.")]
    public static partial void ReturnNotSaid(this ILogger logger, Exception fault, BatchId batch, RunId run);

    [LoggerMessage(1113, LogLevel.Error, "Question {Ordinal} of batch {Batch} of run {Run} was not answered; its failure says why. "
        + "{Fault}")]
    public static partial void QuestionNotAnswered(this ILogger logger, int ordinal, BatchId batch, RunId run, string fault);

    [LoggerMessage(1114, LogLevel.Warning, "Question {Ordinal} of batch {Batch} of run {Run} was dropped and ended with an error. {Fault}")]
    public static partial void DroppedQuestionFailed(this ILogger logger, int ordinal, BatchId batch, RunId run, string fault);
}
