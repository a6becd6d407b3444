using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MedQA.Pipeline.Storage;

/// <summary>One line of a blob of lines.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Content">Its bytes, the line feed left out.</param>
/// <param name="Complete">Whether a line feed follows: the last line of a blob that was being appended to may be torn.</param>
internal readonly record struct JsonLine(long Offset, ReadOnlyMemory<byte> Content, bool Complete);

/// <summary>Reads blobs of JSON lines without holding more than one line.</summary>
internal static class JsonLines
{
    /// <summary>The lines of a stream, the empty ones left out. A line's content is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<JsonLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        long offset = 0;
        byte[] rented = [];
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (TryTakeLine(ref buffer, out var line))
                {
                    if (line.Length > 0)
                    {
                        yield return new JsonLine(offset, Contiguous(line, ref rented), Complete: true);
                    }

                    offset += line.Length + 1;
                }

                if (result.IsCompleted)
                {
                    if (buffer.Length > 0)
                    {
                        yield return new JsonLine(offset, Contiguous(buffer, ref rented), Complete: false);
                    }

                    yield break;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            if (rented.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            await reader.CompleteAsync();
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> line, ref byte[] rented)
    {
        if (line.IsSingleSegment)
        {
            return line.First;
        }

        var length = checked((int)line.Length);
        if (rented.Length < length)
        {
            if (rented.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }

            rented = ArrayPool<byte>.Shared.Rent(length);
        }

        line.CopyTo(rented);
        return rented.AsMemory(0, length);
    }
}
