using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The files of a run. Small ones of an ended run are kept in memory, where there is a cache.</summary>
internal sealed class ResultFiles
{
    /// <summary>The size of the greatest file that is kept: the indexes of a hundred thousand questions are smaller.</summary>
    internal const int MaxKept = 4 << 20;

    private readonly RunStorage _storage;
    private readonly RunId _run;
    private readonly RunSummary? _summary;
    private readonly IResultCache? _cache;

    /// <summary>Reads from storage.</summary>
    public ResultFiles(RunStorage storage, RunId run) => (_storage, _run) = (storage, run);

    /// <summary>Reads from memory what can be kept there.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="summary">The run, as it was just read.</param>
    /// <param name="cache">Keeps the files; <see langword="null"/> to keep nothing.</param>
    public ResultFiles(RunStorage storage, RunSummary summary, IResultCache? cache)
        : this(storage, summary.Run) => (_summary, _cache) = (summary.ResultVersion is null ? null : summary, cache);

    /// <summary>A file that is read from storage only.</summary>
    public StoredBlob Blob(string name) => _storage.Blob(_run, name);

    /// <summary>
    /// Returns a range of a file, shorter if it ends before, and its total length (0 if the range is beyond its end);
    /// <see langword="null"/> if it does not exist. Without a length, the range extends to the end.
    /// </summary>
    public async Task<(ReadOnlyMemory<byte> Content, long FileLength)?> FindRangeAsync(
        string name, long offset, long? length, CancellationToken cancellationToken)
    {
        if (await FindKeptAsync(name, cancellationToken) is not { } file)
        {
            return await Blob(name).FindRangeAsync(offset, length, cancellationToken) is var (content, fileLength)
                ? (content, fileLength)
                : null;
        }

        return offset >= file.Length
            ? (default, 0)
            : (file.AsMemory((int)offset, (int)Math.Min(length ?? file.Length, file.Length - offset)), file.Length);
    }

    /// <summary>The bytes of a file, or <see langword="null"/> if it does not exist.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindContentAsync(string name, CancellationToken cancellationToken)
    {
        if (await FindKeptAsync(name, cancellationToken) is { } file)
        {
            return file;
        }

        // A bare null would become empty memory.
        return (await Blob(name).FindContentAsync(cancellationToken))?.ToMemory();
    }

    /// <summary>The bytes of a file if it can be kept; <see langword="null"/> if it is too large, does not exist, or may change.</summary>
    private async Task<byte[]?> FindKeptAsync(string name, CancellationToken cancellationToken) =>
        _summary is null || _cache is null
            ? null
            : (await _cache.GetAsync(_summary, name, cancel => LoadAsync(name, cancel), cancellationToken)).Content;

    private async Task<LoadedPart<KeptFile>> LoadAsync(string name, CancellationToken cancellationToken) =>
        await Blob(name).FindRangeAsync(0, MaxKept, cancellationToken) switch
        {
            null => new LoadedPart<KeptFile>(new KeptFile(null), null),
            var (content, length) when length > content.Length => new LoadedPart<KeptFile>(new KeptFile(null), 0),
            var (content, _) => new LoadedPart<KeptFile>(new KeptFile(content), content.Length),
        };

    /// <param name="Content">All of it; <see langword="null"/> if it is too large.</param>
    private sealed record KeptFile(byte[]? Content);
}
