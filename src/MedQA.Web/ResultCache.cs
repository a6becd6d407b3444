using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace MedQA.Web;

/// <summary>
/// Keeps what is read of ended runs, up to a number of bytes: what nobody has asked for lately goes first. A part belongs to a version of
/// its run's row. A caller reads the row first, so a run that any process has changed or deleted since is never answered from here, and
/// <see cref="See"/> drops its parts.
/// </summary>
public sealed class ResultCache : IResultCache, IDisposable
{
    /// <summary>The default limit in bytes.</summary>
    public const long DefaultLimit = 64L << 20;

    /// <summary>What an entry takes besides its value, about: the entry, its key and the places of both.</summary>
    private const int Overhead = 600;

    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _parts;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<PartKey, Task> _loading = [];
    private readonly Dictionary<RunId, KeptRun> _runs = [];
    private bool _disposed;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="limit">The most bytes that all parts together take.</param>
    public ResultCache(long limit = DefaultLimit)
    {
        MaxPart = limit / 16;
        _parts = new MemoryCache(new MemoryCacheOptions { SizeLimit = limit, TrackStatistics = true });
    }

    /// <summary>The bytes of the largest part that is kept.</summary>
    public long MaxPart { get; }

    /// <summary>How many bytes the parts take.</summary>
    public long Bytes => _parts.GetCurrentStatistics()?.CurrentEstimatedSize ?? 0;

    /// <summary>
    /// Drops what is kept of other versions of a run. Call it in the order of the reads, with what each has found.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="now">The run as it was read; <see langword="null"/> if there is none.</param>
    public void See(RunId run, RunSummary? now)
    {
        var version = now?.ResultVersion;
        PartKey[] dropped;
        lock (_lock)
        {
            if (!_runs.TryGetValue(run, out var kept))
            {
                if (!_loading.Keys.Any(key => key.Run == run && key.Version != version))
                {
                    return;
                }

                // What is being loaded of an older version is not kept.
                _runs[run] = kept = new KeptRun(version);
            }

            if (kept.Version == version)
            {
                return;
            }

            dropped = [.. kept.Parts.Keys];
            _runs[run] = new KeptRun(version);
        }

        foreach (var key in dropped)
        {
            _parts.Remove(key);
        }
    }

    /// <inheritdoc/>
    public async Task<T> GetAsync<T>(
        RunSummary run, string part, Func<CancellationToken, Task<LoadedPart<T>>> load, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(load);
        if (run.ResultVersion is not { } version)
        {
            return (await load(cancellationToken)).Value;
        }

        var key = new PartKey(run.Run, version, part);
        if (_parts.TryGetValue(key, out T? found))
        {
            return found!;
        }

        Task<T> loading;
        lock (_lock)
        {
            // It may have been loaded between the two looks.
            if (_parts.TryGetValue(key, out found))
            {
                return found!;
            }

            if (_loading.TryGetValue(key, out var joined))
            {
                loading = (Task<T>)joined;
            }
            else
            {
                // A caller who leaves does not end it for the others.
                loading = Task.Run(() => LoadAsync(key, load), CancellationToken.None);
                _loading.Add(key, loading);
            }
        }

        return await loading.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A service provider disposes it for each type that it is registered as.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        _end.Cancel();
        _end.Dispose();
        _parts.Dispose();
    }

    private async Task<T> LoadAsync<T>(PartKey key, Func<CancellationToken, Task<LoadedPart<T>>> load)
        where T : class
    {
        try
        {
            var loaded = await load(_end.Token);
            if (loaded.Bytes is { } bytes && bytes <= MaxPart)
            {
                Keep(key, loaded.Value, bytes + Overhead + (2 * key.Part.Length));
            }

            return loaded.Value;
        }
        finally
        {
            lock (_lock)
            {
                _loading.Remove(key);
            }
        }
    }

    private void Keep(PartKey key, object value, long size)
    {
        lock (_lock)
        {
            if (_end.IsCancellationRequested)
            {
                return;
            }

            if (!_runs.TryGetValue(key.Run, out var kept))
            {
                _runs[key.Run] = kept = new KeptRun(key.Version);
            }

            if (kept.Version != key.Version)
            {
                return;
            }

            kept.Parts[key] = value;
            using var entry = _parts.CreateEntry(key);
            entry.Value = value;
            entry.Size = size;
            entry.SlidingExpiration = Unused;
            entry.RegisterPostEvictionCallback(Forget);
        }
    }

    private void Forget(object key, object? value, EvictionReason reason, object? state)
    {
        var part = (PartKey)key;
        lock (_lock)
        {
            if (_runs.TryGetValue(part.Run, out var kept)
                && kept.Parts.TryGetValue(part, out var standing)
                && ReferenceEquals(standing, value)
                && kept.Parts.Remove(part)
                && kept.Parts.Count == 0)
            {
                _runs.Remove(part.Run);
            }
        }
    }

    private readonly record struct PartKey(RunId Run, string Version, string Part);

    /// <param name="Version">The version of its row; <see langword="null"/> for a run whose result can change, or that is deleted.</param>
    private sealed record KeptRun(string? Version)
    {
        public Dictionary<PartKey, object> Parts { get; } = [];
    }
}
