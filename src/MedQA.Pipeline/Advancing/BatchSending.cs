using System.Diagnostics;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// Sends messages for batches without a worker: those never sent, those given back, and those whose worker or message is lost.
/// </summary>
internal sealed class BatchSending(RunStorage storage, AdvanceOptions options, TimeProvider time, PipelineSignals signals)
{
    private const int Chunk = 100;

    /// <summary>Messages that a worker may have taken without having said so: one for each batch that it answers at a time.</summary>
    private const int InHand = 4;

    /// <summary>A worker reports with each renewal, every 20 s: a row that is younger than this speaks of a worker that lives.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Between two tries of a batch that a worker with another model has refused while others answer: both kinds take from one queue.
    /// </summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(10);

    /// <summary>The same where this process has a worker with the right model, which is going to take the batch.</summary>
    private static readonly TimeSpan OwnPause = TimeSpan.FromSeconds(1);

    private readonly BatchRows _batches = new(storage);

    /// <summary>Returns the uncollected batches without a worker.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rows">The rows of all batches that may be out, in order.</param>
    /// <param name="ownGone">Whether what the host's own worker was answering before this process began is to be sent again.</param>
    /// <param name="model">The fingerprint of the run's model.</param>
    /// <param name="processStarted">When this process began.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<List<BatchRow>> FindAbandonedAsync(
        RunId run,
        IReadOnlyList<BatchRow> rows,
        bool ownGone,
        string model,
        DateTimeOffset processStarted,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var abandoned = new List<BatchRow>();
        var anybodyAnswers = rows.Any(static row => row.State is BatchState.Running);
        var ownAnswers = options.OwnModels.Contains(model);
        bool? queueIsEmpty = null;
        var inHand = InHand;
        foreach (var row in rows.Where(static row => !row.Collected && row.State != BatchState.Damaged))
        {
            // What was sent later than now was sent by another clock, or before this one was set back: it must not keep the batch waiting
            // until then.
            var quiet = row.Sent is { } last ? (now - last).Duration() : TimeSpan.MaxValue;
            var heard = row.Heard is { } word && word >= row.Sent;
            var send = row.State switch
            {
                _ when row.Sent is null => true,
                BatchState.Released when heard => true,
                BatchState.OtherModel when heard && ownAnswers => quiet >= OwnPause,
                BatchState.OtherModel when heard && quiet >= RefusedPause && options.IsAtWork?.Invoke(model) == true => true,
                BatchState.OtherModel or BatchState.Unavailable when heard =>
                    anybodyAnswers ? quiet >= RefusedPause : quiet >= options.ResendAfter && abandoned.Count == 0,
                BatchState.Running when ownGone && row.Worker == options.OwnWorker && row.Sent < processStarted => true,

                // It may also have died with a message in its hand; it takes the oldest first.
                BatchState.Waiting when ownGone && row.Sent < processStarted && inHand-- > 0 => true,
                _ when quiet < options.ResendAfter => false,

                // No worker has started it: while the queue has messages, this batch's is among them or will be sent when they are
                // handled.
                BatchState.Waiting or BatchState.OtherModel or BatchState.Unavailable or BatchState.Released =>
                    queueIsEmpty ??= await storage.CountBatchesAsync(cancellationToken) == 0,
                BatchState.Running when (now - row.Timestamp).Duration() < Fresh => false,
                _ => !await storage.Progress(run, row.Batch).IsLeasedAsync(cancellationToken),
            };
            if (send)
            {
                abandoned.Add(row);
            }
        }

        return abandoned;
    }

    /// <summary>
    /// Sends a message for each, then notes it: a message that is sent twice costs a look, one that is noted and not sent costs minutes.
    /// </summary>
    public async Task SendAsync(
        RunId run, IReadOnlyList<BatchRow> rows, string model, string? traceparent, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(Chunk))
        {
            using var activity = PipelineTracing.Start(
                "send batches", run.ToString(), ActivityKind.Producer)?.SetTag("messaging.batch.message_count", chunk.Length);
            var carried = PipelineTracing.Traceparent ?? traceparent;
            var sent = time.GetUtcNow();
            await Parallel.ForEachAsync(chunk, new ParallelOptions
            {
                MaxDegreeOfParallelism = 8,
                CancellationToken = cancellationToken
            }, async (row, cancel) =>
                await storage.SendBatchAsync(
                    new BatchMessage { Run = run.ToString(), Batch = row.Batch.ToString(), Sent = sent, Traceparent = carried }, cancel));
            if (options.OwnModels.Count == 0 || options.OwnModels.Contains(model))
            {
                signals.BatchesSent.Set();
            }

            await _batches.NoteSentAsync(run, chunk, sent, cancellationToken);
        }
    }
}
