using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Answering;

/// <summary>How much work waits for workers.</summary>
/// <param name="Messages">Messages of the queue <c>question-batches</c>, about: those that a worker has taken are among them.</param>
/// <param name="Oldest">How long ago the next message that a worker would take was sent; <see langword="null"/> where none waits.</param>
public sealed record BatchQueueState(int Messages, TimeSpan? Oldest)
{
    /// <summary>Looks, and lets the metrics know what is seen.</summary>
    internal static async Task<BatchQueueState> ReadAsync(RunStorage storage, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = await LookAsync(storage, now, cancellationToken);
        PipelineMetrics.QueueSeen(seen.Messages, seen.Oldest);
        return seen;
    }

    private static async Task<BatchQueueState> LookAsync(RunStorage storage, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var messages = await storage.CountBatchesAsync(cancellationToken);
        if (messages == 0 || await storage.PeekBatchAsync(cancellationToken) is not { } next)
        {
            return new BatchQueueState(messages, null);
        }

        // All ages use the sender's clock, if the message has it; other programs' messages have only the storage's.
        var sent = BatchMessage.TryParse(next.Text, out var batch) ? batch.Sent : next.Sent ?? now;
        return new BatchQueueState(messages, now > sent ? now - sent : TimeSpan.Zero);
    }
}
