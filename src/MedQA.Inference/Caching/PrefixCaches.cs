using MedQA.Inference.Sessions;

namespace MedQA.Inference.Caching;

/// <summary>
/// The caches of prompt beginnings that several questions share; evicts the least recently used first. Only a store: a beginning
/// is computed in the same passes whether it is kept or not.
/// </summary>
internal sealed class PrefixCaches(DecoderSession session, long budget) : IDisposable
{
    private readonly LinkedList<(int[] Ids, KeyValueCache Cache)> _newestFirst = [];

    /// <summary>Returns the cache of exactly these tokens, or <see langword="null"/>.</summary>
    public KeyValueCache? Find(ReadOnlySpan<int> ids)
    {
        for (var node = _newestFirst.First; node is not null; node = node.Next)
        {
            if (ids.SequenceEqual(node.Value.Ids))
            {
                _newestFirst.Remove(node);
                _newestFirst.AddFirst(node);
                return node.Value.Cache;
            }
        }

        return null;
    }

    /// <summary>Keeps a copy of the first cells of a cache, if the budget allows it at all.</summary>
    public void Keep(ReadOnlySpan<int> ids, KeyValueCache source)
    {
        if (BytesOf(ids.Length) > budget)
        {
            return;
        }

        var wanted = BytesOf(ids.Length);
        while (_newestFirst.Sum(kept => BytesOf(kept.Ids.Length)) + wanted > budget)
        {
            _newestFirst.Last!.Value.Cache.Dispose();
            _newestFirst.RemoveLast();
        }

        var cache = session.CreateCache();
        cache.Reshape(1, ids.Length);
        cache.Fill(source, ids.Length);
        _newestFirst.AddFirst((ids.ToArray(), cache));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, cache) in _newestFirst)
        {
            cache.Dispose();
        }

        _newestFirst.Clear();
    }

    private long BytesOf(int cells) => KeyValueCache.BytesOf(session.Layout, 1, cells);
}
