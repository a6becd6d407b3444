namespace MedQA.Azurite;

/// <summary>
/// A time limit that counts only the time in which this process runs, not while the machine sleeps or the process is suspended.
/// </summary>
internal sealed class AwakeLimit : IDisposable
{
    // A late tick counts as one step however late it is, which excludes sleep.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private long _steps;

    /// <summary>Starts counting.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="time">Creates the timer.</param>
    /// <param name="cancellationToken">Also cancels <see cref="Token"/>.</param>
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
            // The last tick raced with disposal, and no caller waits any more.
        }
    }
}
