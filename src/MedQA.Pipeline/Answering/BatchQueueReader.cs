using MedQA.Files;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// A worker's loop over the queue of batches, for hosts without a trigger of their own: takes a message, keeps it invisible while its batch
/// is answered, and completes it. A message that fails repeatedly goes to the poison queue, so that it is noticed and blocks no worker.
/// </summary>
public sealed class BatchQueueReader
{
    private const int MaxTries = 5;
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(2);

    private readonly RunStorage _storage;
    private readonly BatchWorker _worker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PipelineSignals _signals;

    /// <summary>A loop for a worker. Several may run side by side with the same worker.</summary>
    public BatchQueueReader(
        RunStorage storage, BatchWorker worker, TimeProvider time, ILogger<BatchQueueReader> logger, PipelineSignals? signals = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(time);
        (_storage, _worker, _time, _logger, _signals) = (storage, worker, time, logger, signals ?? new PipelineSignals());
    }

    /// <summary>Answers batches until it is cancelled. Waits out outages of the storage.</summary>
    /// <exception cref="Exception">A disk is full (<see cref="FullDisk.Describe"/>): nothing continues before someone has made
    /// room.</exception>
    /// <param name="stopping">Tells it to stop; it returns when the current question has ended or was dropped.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        var pause = ShortestPause;
        while (!stopping.IsCancellationRequested)
        {
            BatchMessage? batch = null;
            try
            {
                if (await _storage.TakeBatchAsync(Visibility, stopping) is { } message)
                {
                    if (BatchMessage.TryParse(message.Text, out batch) && message.Tries <= MaxTries)
                    {
                        await HandleAsync(message, batch, stopping);
                    }
                    else
                    {
                        await MoveToPoisonAsync(message, batch);
                    }

                    pause = ShortestPause;
                    continue;
                }

                // The queue has no call that waits: a loop of this process wakes this one, and the pause finds what others have sent.
                await _signals.BatchesSent.WaitAsync(pause, _time, stopping);
                pause = pause * 2 < MaxPause ? pause * 2 : MaxPause;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception.IsOutage())
            {
                if (batch is null)
                {
                    _logger.QueueNotRead(exception);
                }
                else
                {
                    _logger.BatchNotAnswered(exception, batch.Batch, batch.Run);
                }

                await _signals.BatchesSent.WaitAsync(MaxPause, _time, CancellationToken.None);
            }
        }
    }

    private async Task HandleAsync(QueuedBatch message, BatchMessage batch, CancellationToken stopping)
    {
        using var done = new CancellationTokenSource();
        var keeping = KeepAsync(message, batch, done.Token);
        BatchOutcome outcome;
        try
        {
            outcome = await _worker.AnswerAsync(batch, stopping);
        }
        finally
        {
            await done.CancelAsync();
            await keeping;
        }

        _logger.BatchEnded(batch.Batch, batch.Run, outcome);
        try
        {
            await message.CompleteAsync();
        }
        catch (Exception exception) when (QueuedBatch.IsTakenByOthers(exception))
        {
            // It has become visible and another worker has it: a second check of a finished batch costs nothing.
            _logger.MessageNotCompleted(exception, batch.Batch, batch.Run);
        }
    }

    /// <summary>Keeps a message invisible until its batch is done.</summary>
    private async Task KeepAsync(QueuedBatch message, BatchMessage batch, CancellationToken done)
    {
        using var timer = new PeriodicTimer(KeepEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                try
                {
                    await message.KeepAsync(Visibility);
                }
                catch (Exception exception) when (exception.IsOfStorage())
                {
                    // The work continues without the message, because the lease protects it.
                    _logger.MessageNotKept(exception, batch.Batch, batch.Run);
                }
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The batch is done.
        }
    }

    /// <summary>Moves a message to the poison queue and, if it is readable, notifies the process that drives its run.</summary>
    private async Task MoveToPoisonAsync(QueuedBatch message, BatchMessage? batch)
    {
        RunId? run = batch is not null && batch.TryGetRun(out var named) ? named : null;
        if (BatchMessage.IsNewer(message.Text))
        {
            _logger.MessageOfNewer(message.Id);
        }
        else if (run is null)
        {
            _logger.MessageUnreadable(message.Id);
        }
        else
        {
            _logger.MessagePoisoned(message.Id, batch!.Batch, batch.Run, message.Tries);
        }

        await message.MoveToPoisonAsync();
        if (run is { } known)
        {
            await _storage.SendWakeUpAsync(known, _time.GetUtcNow(), batch!.Traceparent, CancellationToken.None);
            _signals.RunsChanged.Set();
        }
    }
}
