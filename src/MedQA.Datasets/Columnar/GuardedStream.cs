namespace MedQA.Datasets.Columnar;

/// <summary>
/// A stream that throws, rather than reporting its end, if a reader reads past the end, or if a reader jumps back and forth
/// without end.
/// </summary>
internal sealed class GuardedStream(Stream file, long maxSeeks) : Stream
{
    private long _seeks;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int ReadByte() => file.ReadByte() is >= 0 and var value ? value : throw new EndOfStreamException();

    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => file.Read(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        file.ReadAsync(buffer, offset, count, cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        file.ReadAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) =>
        ++_seeks <= maxSeeks ? file.Seek(offset, origin) : throw new InvalidDataException("The file makes its reader jump back and forth.");

    public override void Flush() => file.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
