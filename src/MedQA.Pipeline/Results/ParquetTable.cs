using System.Buffers;
using System.Collections.Immutable;
using Parquet;
using Parquet.Schema;

namespace MedQA.Pipeline.Results;

/// <summary>
/// Writes a table as Parquet, row by row; a row group is in memory at a time. The same rows give the same file. Where it goes need not be
/// seekable: an HTTP answer will do.
/// </summary>
internal sealed class ParquetTable<TRow> : IAsyncDisposable
{
    private const int RowsOfGroup = 50_000;

    /// <summary>The characters of text after which a row group ends.</summary>
    private const long TextOfGroup = 8_000_000;

    private readonly ImmutableArray<TableColumn<TRow>> _columns;
    private readonly Stream _file;
    private readonly Written _written;
    private readonly ParquetWriter _writer;
    private readonly List<TRow> _group = [];
    private long _text;
    private bool _isComplete;

    private ParquetTable(ImmutableArray<TableColumn<TRow>> columns, Stream file, Written written, ParquetWriter writer) =>
        (_columns, _file, _written, _writer) = (columns, file, written, writer);

    /// <summary>Begins a file.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="file">Where it is written; not closed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<ParquetTable<TRow>> CreateAsync(
        ImmutableArray<TableColumn<TRow>> columns, Stream file, CancellationToken cancellationToken)
    {
        var written = new Written();
        return new(columns, file, written, await ParquetWriter.CreateAsync(
            new ParquetSchema(columns.Select(static column => column.Field)), written, cancellationToken: cancellationToken));
    }

    /// <summary>Writes a row.</summary>
    public async Task AddAsync(TRow row, CancellationToken cancellationToken)
    {
        _group.Add(row);
        foreach (var column in _columns)
        {
            _text += column.LengthOf(row);
        }

        if (_group.Count == RowsOfGroup || _text >= TextOfGroup)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Makes the file whole.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_group.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        await DisposeAsync();
        await _written.MoveToAsync(_file, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The writer's end is the file's: a second one would be written behind it.
        if (!_isComplete)
        {
            _isComplete = true;
            await _writer.DisposeAsync();
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using (var group = _writer.CreateRowGroup())
        {
            foreach (var column in _columns)
            {
                await column.WriteAsync(group, _group, cancellationToken);
            }
        }

        _group.Clear();
        _text = 0;
        await _written.MoveToAsync(_file, cancellationToken);
    }

    /// <summary>
    /// What the writer has written and the reader not taken yet. The writer may write synchronously or not; a server's answers take bytes
    /// asynchronously only, and cannot say where they are.
    /// </summary>
    private sealed class Written : Stream
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private long _moved;

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => Position;

        public override long Position
        {
            get => _moved + _bytes.WrittenCount;
            set => throw new NotSupportedException("What is written is not written again.");
        }

        public async Task MoveToAsync(Stream target, CancellationToken cancellationToken)
        {
            await target.WriteAsync(_bytes.WrittenMemory, cancellationToken);
            _moved += _bytes.WrittenCount;
            _bytes.ResetWrittenCount();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => _bytes.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => _bytes.Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _bytes.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            _bytes.Write(buffer.AsSpan(offset, count));
            return Task.CompletedTask;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
