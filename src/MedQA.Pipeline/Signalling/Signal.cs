using System.Threading.Channels;

namespace MedQA.Pipeline.Signalling;

/// <summary>Wakes one waiting loop of this process. Setting it twice before anyone waits wakes once.</summary>
public sealed class Signal
{
    private readonly Channel<bool> _set =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wakes a waiting loop, or the next that waits.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Waits until it is set, or as long as given: work can also come from another process, which only a look shows.</summary>
    /// <returns>Whether it was set.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _set.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
