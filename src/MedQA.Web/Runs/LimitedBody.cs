using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Runs;

/// <summary>A request's body of which no more than a limit is read.</summary>
internal sealed class LimitedBody(Stream body, long most) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>How many bytes were read.</summary>
    public override long Length => _read;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>The question set that a request brings.</summary>
    /// <exception cref="ProblemException">There is none, it is wrapped in something, or its length is known to be above the limit.</exception>
    public static LimitedBody Of(HttpRequest request, long most)
    {
        if (request.ContentLength == 0)
        {
            throw Problem.Empty();
        }

        if (request.ContentLength > most)
        {
            throw Problem.TooLarge(most);
        }

        // What a form wraps around a file would be read as the file's first rows; other types say nothing that the content does not say better.
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            throw Problem.WrongMedia($"The body is {type.MediaType}. Send the file itself as the body: curl --data-binary @FILE.");
        }

        return request.Headers.ContentEncoding.ToString() is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? throw Problem.WrongMedia($"The body is coded as {coding}. Send it without a content coding.")
            : new LimitedBody(request.Body, most);
    }

    /// <exception cref="ProblemException">The body is larger than the limit, empty although its length was not known to be 0, or broken.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await ReadSomeAsync(buffer, cancellationToken);
        if (count == 0 && _read == 0 && buffer.Length > 0)
        {
            throw Problem.Empty();
        }

        _read += count;
        return _read <= most ? count : throw Problem.TooLarge(most);
    }

    /// <summary>
    /// Reads on. Whoever sends the body to the storage would take an <see cref="IOException"/> for one of the storage's, and try again what
    /// can only fail again.
    /// </summary>
    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException exception)
        {
            throw Problem.Unreadable(exception.StatusCode, $"The body is broken: {exception.Message}");
        }
        catch (IOException)
        {
            throw Problem.Unreadable(StatusCodes.Status400BadRequest, "The connection ended before the body did.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
