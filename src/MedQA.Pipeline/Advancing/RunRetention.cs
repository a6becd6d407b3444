using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// Asks for old runs to be deleted, as a person would: the run's row says so, and <see cref="RunAdvancer"/> obeys, which leaves the
/// tombstone that keeps a repeated upload event from reviving it.
/// </summary>
public sealed class RunRetention
{
    private readonly RunStorage _storage;
    private readonly RetentionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RunControl _control;
    private readonly RunRows _runs;
    private readonly BudgetLedger? _ledger;

    /// <summary>Watches over a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="options">How long runs and uploads are kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what is deleted.</param>
    /// <param name="signals">Tells those of this process who watch runs.</param>
    /// <param name="ledger">What days have taken, which is not kept for long; <see langword="null"/> where there is no budget.</param>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public RunRetention(
        RunStorage storage,
        RetentionOptions options,
        TimeProvider time,
        ILogger<RunRetention> logger,
        PipelineSignals? signals = null,
        BudgetLedger? ledger = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Check();
        (_storage, _options, _time, _logger, _ledger) = (storage, options, time, logger, ledger);
        _control = new RunControl(storage, time, signals);
        _runs = new RunRows(storage, signals);
    }

    /// <summary>Looks once over all runs and uploads.</summary>
    /// <returns>How many runs were asked to be deleted, and how many uploads were.</returns>
    public async Task<(int Runs, int Uploads)> SweepAsync(CancellationToken cancellationToken)
    {
        var (runs, uploads) = (0, 0);
        if (_options.RunDays is { } runDays)
        {
            await foreach (var row in _runs.EndedBeforeAsync(_time.GetUtcNow() - TimeSpan.FromDays(runDays), cancellationToken))
            {
                // A run with a new request since it was listed is no longer old.
                if (await _runs.TryUpdateAsync(
                    row with { Summary = row.Summary with { Requested = RequestedAction.Delete } }, cancellationToken) is not null)
                {
                    _logger.RunDeleted(row.Summary.Run, runDays);
                    await _control.WakeAsync(row.Summary.Run, cancellationToken);
                    runs++;
                }
            }
        }

        if (_options.UploadDays is { } uploadDays)
        {
            var before = _time.GetUtcNow() - TimeSpan.FromDays(uploadDays);
            await foreach (var blob in _storage.ListQuestionSetsAsync(cancellationToken))
            {
                // One that is rewritten meanwhile is not old.
                if (blob.Written < before
                    && _storage.FindQuestionSet(blob.Name) is { } upload
                    && await upload.TryDeleteAsync(blob.Version, cancellationToken))
                {
                    uploads++;
                }
            }

            _logger.UploadsDeleted(uploads, uploadDays);
        }

        if (_ledger is not null)
        {
            await _ledger.RemoveOldAsync(cancellationToken);
        }

        return (runs, uploads);
    }
}
