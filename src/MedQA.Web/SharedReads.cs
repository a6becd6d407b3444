namespace MedQA.Web;

/// <summary>
/// Reads for many callers at once. A caller gets what a read found that began after the call, so nothing old; callers who come while a
/// read is in progress share the next one.
/// </summary>
internal sealed class SharedReads<TKey, T>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, TaskCompletionSource<T>?> _next = [];

    /// <summary>Returns the result of a read that begins after this call.</summary>
    /// <param name="key">What to read. Of a key, one read is in progress at a time.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellationToken">Cancels the waiting; the read continues for the others.</param>
    public Task<T> ReadAsync(TKey key, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> mine;
        lock (_lock)
        {
            if (_next.TryGetValue(key, out var next))
            {
                mine = next ?? New();
                _next[key] = mine;
                return mine.Task.WaitAsync(cancellationToken);
            }

            mine = New();
            _next.Add(key, null);
        }

        _ = Task.Run(() => ReadAllAsync(key, read, mine), CancellationToken.None);
        return mine.Task.WaitAsync(cancellationToken);
    }

    private async Task ReadAllAsync(TKey key, Func<Task<T>> read, TaskCompletionSource<T>? reading)
    {
        while (reading is not null)
        {
            try
            {
                reading.SetResult(await read());
            }
            catch (Exception exception)
            {
                // Those who wait throw it, and the next read begins afresh.
                reading.SetException(exception);
            }

            lock (_lock)
            {
                reading = _next[key];
                if (reading is null)
                {
                    _next.Remove(key);
                }
                else
                {
                    _next[key] = null;
                }
            }
        }
    }

    private static TaskCompletionSource<T> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
