namespace MedQA.Azurite;

/// <summary>
/// A time limit that counts only time in which this process ran. A machine that slept, or a process that was suspended, has not kept
/// anybody waiting.
/// </summary>
internal sealed class AwakeLimit : IDisposable
{
    // A timer that comes late, however late, is one step: that is what leaves sleep out.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private long _steps;

    /// <summary>Starts counting.</summary>
    /// <param name="limit">The longest time.</param>
    /// <param name="time">Gives the timer.</param>
    /// <param name="cancellationToken">Cancels <see cref="Token"/> too.</param>
    public AwakeLimit(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _steps = Math.Max(1, (long)(limit / Step));
        _timer = time.CreateTimer(
            _ =>
            {
                if (Interlocked.Decrement(ref _steps) == 0)
                {
                    Cancel();
                }
            },
            null,
            Step,
            Step);
    }

    /// <summary>Cancelled when the time is up.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Stops counting.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The last step came together with the end: nobody waits any more.
        }
    }
}
