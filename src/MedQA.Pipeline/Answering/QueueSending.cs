using Azure.Storage.Queues;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// Sends messages that never expire: a message that is lost is only time that is lost, but one that expires is lost for sure.
/// </summary>
internal static class QueueSending
{
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>Sends a message.</summary>
    public static Task SendAsync(this QueueClient queue, BatchMessage message, CancellationToken cancellationToken) =>
        queue.SendMessageAsync(message.ToText(), visibilityTimeout: null, timeToLive: Never, cancellationToken);

    /// <summary>Says that a run may have something to do.</summary>
    public static Task SendWakeUpAsync(
        this QueueClient queue, RunId run, DateTimeOffset now, string? traceparent, CancellationToken cancellationToken) =>
        queue.SendAsync(new BatchMessage { Run = run.ToString(), Sent = now, Traceparent = traceparent }, cancellationToken);
}
