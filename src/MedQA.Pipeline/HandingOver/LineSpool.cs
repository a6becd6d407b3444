using System.IO.Compression;
using System.Security.Cryptography;
using MedQA.Files;

namespace MedQA.Pipeline.HandingOver;

/// <summary>
/// Lines of several files in one temporary file, so that a run is read once and never held in memory: the lines of a file are where its
/// parts are.
/// </summary>
internal sealed class LineSpool : IAsyncDisposable
{
    private readonly FileStream _content = OutputFile.OpenTemporary();
    private readonly Dictionary<string, Lines> _files = new(StringComparer.Ordinal);

    /// <summary>Appends a line.</summary>
    /// <param name="file">The file to which the line belongs.</param>
    /// <param name="line">The line, with its end.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task AddAsync(string file, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        if (!_files.TryGetValue(file, out var lines))
        {
            _files[file] = lines = new Lines();
        }

        lines.Add(_content.Position, line.Span);
        await _content.WriteAsync(line, cancellationToken);
    }

    /// <summary>How many lines a file has.</summary>
    public int Count(string file) => _files.TryGetValue(file, out var lines) ? lines.Count : 0;

    /// <summary>SHA-256 of a file's content, in lower-case hexadecimal digits.</summary>
    public string HashOf(string file) => _files[file].Hash();

    /// <summary>Writes the lines of a file into an archive.</summary>
    public async Task CopyToAsync(
        string file, string entry, ZipArchive archive, DateTimeOffset written, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        await using var target = await EntryAsync(archive, entry, written, cancellationToken);
        foreach (var (start, length) in _files[file].Parts)
        {
            _content.Position = start;
            for (var left = length; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
                await _content.ReadExactlyAsync(part, cancellationToken);
                await target.WriteAsync(part, cancellationToken);
                left -= part.Length;
            }
        }

        _content.Position = _content.Length;
    }

    /// <summary>Writes an archive to a stream that takes only asynchronous writes.</summary>
    /// <param name="file">The stream; not closed.</param>
    /// <param name="write">Writes the entries.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task WriteArchiveAsync(Stream file, Func<ZipArchive, Task> write, CancellationToken cancellationToken)
    {
        await using var spool = OutputFile.OpenTemporary();
        await using (var archive = await ZipArchive.CreateAsync(spool, ZipArchiveMode.Create, leaveOpen: true, null, cancellationToken))
        {
            await write(archive);
        }

        spool.Position = 0;
        await spool.CopyToAsync(file, cancellationToken);
    }

    /// <summary>Adds a file to an archive.</summary>
    public static async Task<Stream> EntryAsync(
        ZipArchive archive, string name, DateTimeOffset written, CancellationToken cancellationToken)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = written.ToUniversalTime();
        return await entry.OpenAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var lines in _files.Values)
        {
            lines.Dispose();
        }

        return _content.DisposeAsync();
    }

    private sealed class Lines : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public List<(long Start, long Length)> Parts { get; } = [];

        public int Count { get; private set; }

        public void Add(long start, ReadOnlySpan<byte> line)
        {
            Count++;
            _hash.AppendData(line);
            if (Parts is [.., var last] && last.Start + last.Length == start)
            {
                Parts[^1] = (last.Start, last.Length + line.Length);
            }
            else
            {
                Parts.Add((start, line.Length));
            }
        }

        public string Hash() => Convert.ToHexStringLower(_hash.GetCurrentHash());

        public void Dispose() => _hash.Dispose();
    }
}
