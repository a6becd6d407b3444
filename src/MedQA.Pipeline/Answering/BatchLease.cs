using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// A worker's lease on a batch: renewed in the background until it is released, lost, or the batch is not wanted any more.
/// </summary>
internal sealed class BatchLease : IAsyncDisposable
{
    private readonly ProgressLease _lease;
    private readonly RunId _run;
    private readonly BatchId _batch;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;
    private BatchOutcome? _reason;
    private bool _disposed;

    private BatchLease(
        ProgressLease lease,
        RunId run,
        BatchId batch,
        Func<CancellationToken, Task<BatchOutcome?>> whenRenewed,
        WorkerOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_lease, _run, _batch, _options, _time, _logger) = (lease, run, batch, options, time, logger);
        _renewing = RenewAsync(whenRenewed);
    }

    /// <summary>The id that every write to the blob must carry.</summary>
    public string Id => _lease.Id;

    /// <summary>Set when nothing may be written any more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why nothing may be written any more; <see langword="null"/> while the lease holds.</summary>
    public BatchOutcome? Reason => _reason;

    /// <summary>Takes the lease.</summary>
    /// <param name="blob">The batch's progress blob.</param>
    /// <param name="run">The run.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="whenRenewed">Called after each renewal; says why to stop, or <see langword="null"/> to go on.</param>
    /// <param name="options">Length and renewal.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of failed renewals.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><see langword="null"/> where somebody else holds it.</returns>
    public static async Task<BatchLease?> TryTakeAsync(
        ProgressBlob blob,
        RunId run,
        BatchId batch,
        Func<CancellationToken, Task<BatchOutcome?>> whenRenewed,
        WorkerOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken) =>
        await blob.TryLeaseAsync(options.LeaseIdFor(run, batch), options.Lease, cancellationToken) is { } lease
            ? new BatchLease(lease, run, batch, whenRenewed, options, time, logger)
            : null;

    /// <summary>Says that nothing may be written any more.</summary>
    public void End(BatchOutcome reason)
    {
        _reason ??= reason;
        _ended.Cancel();
    }

    /// <summary>Stops renewing and gives the lease back, so that another need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _released.CancelAsync();
        await _renewing;
        if (_reason is not BatchOutcome.LeaseLost)
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
                await _lease.ReleaseAsync(limit.Token);
            }
            catch (Exception fault) when (fault.IsOfStorage() || fault is OperationCanceledException)
            {
                _logger.LeaseNotReleased(fault, _batch, _run);
            }
        }

        _released.Dispose();
        _ended.Dispose();
    }

    private async Task RenewAsync(Func<CancellationToken, Task<BatchOutcome?>> whenRenewed)
    {
        var held = _time.GetTimestamp();
        using var timer = new PeriodicTimer(_options.Renew, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_released.Token))
            {
                // The last moment at which this worker may believe in its lease lies a renewal before its end, by a clock that only runs
                // forward.
                var left = _options.Lease - _options.Renew - _time.GetElapsedTime(held);
                var began = _time.GetTimestamp();
                if (left <= TimeSpan.Zero || await TryRenewAsync(left) is not { } renewed)
                {
                    End(BatchOutcome.LeaseLost);
                    return;
                }

                if (!renewed)
                {
                    continue;
                }

                held = began;
                if (await AskAsync(whenRenewed) is { } reason)
                {
                    End(reason);
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
            // Released.
        }
    }

    /// <returns>Whether it was renewed; <see langword="null"/> where it is lost.</returns>
    private async Task<bool?> TryRenewAsync(TimeSpan left)
    {
        using var limit = new CancellationTokenSource(left, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _released.Token);
        try
        {
            return await _lease.TryRenewAsync(either.Token) ? true : null;
        }
        catch (OperationCanceledException) when (!_released.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault) when (fault.IsOfStorage())
        {
            _logger.LeaseNotRenewed(fault, _batch, _run);
            return false;
        }
    }

    private async Task<BatchOutcome?> AskAsync(Func<CancellationToken, Task<BatchOutcome?>> whenRenewed)
    {
        try
        {
            return await whenRenewed(_released.Token);
        }
        catch (Exception fault) when (fault.IsOfStorage())
        {
            _logger.RowNotRead(fault, _run, _batch);
            return null;
        }
    }
}
