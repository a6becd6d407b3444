using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// A worker's lease on a batch: renewed in the background until it is released or lost, or the batch is no longer wanted.
/// </summary>
internal sealed class BatchLease : IAsyncDisposable
{
    private readonly ProgressBlob _blob;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;
    private BatchOutcome? _reason;
    private bool _disposed;

    private BatchLease(
        ProgressBlob blob,
        string id,
        Func<CancellationToken, Task<BatchOutcome?>> whenRenewed,
        WorkerOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (_blob, Id, _options, _time, _logger) = (blob, id, options, time, logger);
        _renewing = RenewAsync(whenRenewed);
    }

    /// <summary>The id that every write to the blob must carry.</summary>
    public string Id { get; }

    /// <summary>Set when nothing more may be written.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why nothing more may be written; <see langword="null"/> while the lease holds.</summary>
    public BatchOutcome? Reason => _reason;

    /// <summary>Takes the lease.</summary>
    /// <param name="blob">The batch's progress blob.</param>
    /// <param name="whenRenewed">Called after each renewal; returns why to stop, or <see langword="null"/> to continue.</param>
    /// <param name="options">Length and renewal.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of failed renewals.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns><see langword="null"/> if another worker holds it.</returns>
    public static async Task<BatchLease?> TryTakeAsync(
        ProgressBlob blob,
        Func<CancellationToken, Task<BatchOutcome?>> whenRenewed,
        WorkerOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var id = options.LeaseIdFor(blob.Run, blob.Batch);
        return await blob.TryLeaseAsync(id, options.Lease, cancellationToken)
            ? new BatchLease(blob, id, whenRenewed, options, time, logger)
            : null;
    }

    /// <summary>Signals that nothing more may be written.</summary>
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
                await _blob.ReleaseAsync(Id, limit.Token);
            }
            catch (Exception exception) when (exception.IsOfStorage() || exception is OperationCanceledException)
            {
                _logger.LeaseNotReleased(exception, _blob.Batch, _blob.Run);
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
                // This worker may rely on its lease until one renewal period before its end, by a monotonic
                // clock.
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
            return await _blob.TryRenewAsync(Id, either.Token) ? true : null;
        }
        catch (OperationCanceledException) when (!_released.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception exception) when (exception.IsOfStorage())
        {
            _logger.LeaseNotRenewed(exception, _blob.Batch, _blob.Run);
            return false;
        }
    }

    private async Task<BatchOutcome?> AskAsync(Func<CancellationToken, Task<BatchOutcome?>> whenRenewed)
    {
        try
        {
            return await whenRenewed(_released.Token);
        }
        catch (Exception exception) when (exception.IsOfStorage())
        {
            _logger.RowNotRead(exception, _blob.Run, _blob.Batch);
            return null;
        }
    }
}
