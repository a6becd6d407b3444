using System.Runtime.CompilerServices;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Reads one thing after the other, and the next ones while one is worked on: most of the time of a small read is waiting for the service.
/// </summary>
internal static class ReadAhead
{
    /// <summary>What is read of each source, in the order of the sources.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="ahead">How many are read ahead, in addition to the current one.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async IAsyncEnumerable<T> InOrderAsync<TSource, T>(
        IEnumerable<TSource> sources,
        int ahead,
        Func<TSource, CancellationToken, Task<T>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = new Queue<Task<T>>();
        try
        {
            foreach (var source in sources)
            {
                pending.Enqueue(Task.Run(() => read(source, stop.Token), CancellationToken.None));
                if (pending.Count > ahead)
                {
                    yield return await pending.Dequeue();
                }
            }

            while (pending.TryDequeue(out var next))
            {
                yield return await next;
            }
        }
        finally
        {
            // If the reader has stopped, or one could not be read, the rest is not needed.
            await stop.CancelAsync();
            foreach (Task left in pending)
            {
                await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
