using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// What a host with triggers does when a run may have something to do: the next steps at once, and the word whether the run must be driven
/// on.
/// </summary>
public sealed class RunSignals
{
    /// <summary>
    /// The most steps at a time. A run that has more to do at once (after rows were lost) is advanced by its regular driver.
    /// </summary>
    private const int MaxSteps = 20;

    private readonly RunStorage _storage;
    private readonly RunAdvancer _advancer;
    private readonly ILogger _logger;
    private readonly RunRows _runs;
    private readonly BatchRows _batches;

    /// <summary>Takes the wake-ups of a storage.</summary>
    public RunSignals(RunStorage storage, RunAdvancer advancer, ILogger<RunSignals> logger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(advancer);
        (_storage, _advancer, _logger) = (storage, advancer, logger);
        _runs = new RunRows(storage);
        _batches = new BatchRows(storage);
    }

    /// <summary>Takes a message of the queue <c>advance</c>.</summary>
    /// <returns>The run, if it must be advanced; <see langword="null"/> if nothing is left to do.</returns>
    public async Task<RunId?> TakeAsync(string message, CancellationToken cancellationToken)
    {
        if (!BatchMessage.TryParse(message, out var wakeUp) || !wakeUp.TryGetRun(out var run))
        {
            _logger.WakeUpDropped();
            return null;
        }

        return await StepAsync(run, cancellationToken);
    }

    /// <summary>
    /// Handles a message of <c>question-batches-poison</c>: it was never completed, but the batch may be answered. If it is not, the
    /// batch's row and so the run show the error until a worker takes the batch again: <c>Advance</c> sends it once it is not
    /// leased. A question that crashes its worker is detected and failed by the next worker.
    /// </summary>
    /// <returns>The run, if it must be advanced; <see langword="null"/> if nothing is left to do.</returns>
    public async Task<RunId?> TakePoisonedBatchAsync(string message, CancellationToken cancellationToken)
    {
        if (!BatchMessage.TryParse(message, out var poisoned) || !poisoned.TryGetBatch(out var run, out var batch))
        {
            _logger.PoisonDropped();
            return null;
        }

        if (!await _storage.Answers(run, batch).ExistsAsync(cancellationToken))
        {
            var error =
                $"A message for batch {batch}, sent at {poisoned.Sent:u}, failed repeatedly and was moved to the poison queue. "
                    + "See the worker's log.";
            _logger.BatchPoisoned(batch, run, error);
            await _batches.NoteErrorAsync(run, batch, error, cancellationToken);
        }

        return await StepAsync(run, cancellationToken);
    }

    /// <summary>Runs that have something to do, and deleted ones that are to be looked at once more.</summary>
    public IAsyncEnumerable<RunId> ActiveAsync(CancellationToken cancellationToken) => _runs.ToDriveAsync(cancellationToken);

    /// <summary>Does the steps of a run that are due at once.</summary>
    /// <returns>The run, if it must be advanced; <see langword="null"/> if nothing is left to do.</returns>
    public async Task<RunId?> StepAsync(RunId run, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxSteps; i++)
        {
            var outcome = await _advancer.AdvanceAsync(run, cancellationToken);
            if (outcome.IsDone)
            {
                return null;
            }

            if (outcome.ComeBackIn > TimeSpan.Zero || outcome.IsNoticeOnly)
            {
                return run;
            }
        }

        return run;
    }
}
