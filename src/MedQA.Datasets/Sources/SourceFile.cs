using System.Text;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Datasets.Sources;

/// <summary>The bytes of a question set, to be read more than once: a stream that can seek, or a copy of one that cannot.</summary>
internal sealed class SourceFile : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly bool _owned;

    private SourceFile(Stream stream, bool owned)
    {
        _stream = stream;
        _owned = owned;
    }

    /// <summary>The file's length in bytes.</summary>
    public long Length => _stream.Length;

    /// <summary>The encoding of a text without byte order mark that is not UTF-8; <see langword="null"/> until one is recognized.</summary>
    public Encoding? Legacy { get; set; }

    /// <summary>
    /// Takes a stream from its current position; one that cannot seek, or is past its start, is copied to a temporary file deleted with
    /// this object.
    /// </summary>
    /// <exception cref="InputException">The file is larger than <see cref="QuestionSetOptions.MaxBytes"/>.</exception>
    public static async Task<SourceFile> OpenAsync(Stream stream, QuestionSetOptions options, CancellationToken cancellationToken)
    {
        if (stream.CanSeek && stream.Position == 0)
        {
            var file = new SourceFile(stream, owned: false);
            return file.Length <= options.MaxBytes ? file : throw TooLarge(options);
        }

        var copy = OutputFile.OpenTemporary();
        try
        {
            var buffer = new byte[1 << 16];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (copy.Length + read > options.MaxBytes)
                {
                    throw TooLarge(options);
                }

                await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            await copy.FlushAsync(cancellationToken);
            copy.Position = 0;
            return new SourceFile(copy, owned: true);
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the stream at the file's first byte. The caller must not close it; one reading at a time.</summary>
    public Stream Rewind()
    {
        _stream.Position = 0;
        return _stream;
    }

    /// <summary>Runs another reading in the middle of one, and puts the stream back where the first one was.</summary>
    public async Task<T> InterruptAsync<T>(Func<Task<T>> reading)
    {
        var position = _stream.Position;
        var result = await reading();
        _stream.Position = position;
        return result;
    }

    /// <summary>Returns the first bytes, at most <paramref name="count"/>.</summary>
    public async Task<byte[]> HeadAsync(int count, CancellationToken cancellationToken)
    {
        var head = new byte[(int)Math.Min(count, Length)];
        var read = await Rewind().ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return read == head.Length ? head : head[..read];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _owned ? _stream.DisposeAsync() : ValueTask.CompletedTask;

    private static InputException TooLarge(QuestionSetOptions options) =>
        new(options.FileName, $"the file is larger than {options.MaxBytes:N0} bytes (MaxBytes); split it into several files.");
}
