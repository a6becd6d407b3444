using System.Collections.Frozen;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>A request body with a size limit.</summary>
internal sealed class LimitedBody : Stream
{
    /// <summary>
    /// Generic content types with which clients send JSON: <c>curl -d</c>, scripts in browsers, and uploads of files. Other types mean
    /// that the body is not JSON.
    /// </summary>
    private static readonly FrozenSet<string> Unsaid =
        FrozenSet.Create(
            StringComparer.OrdinalIgnoreCase, "application/x-www-form-urlencoded", "text/plain", "application/octet-stream", "text/json");

    private readonly Stream _body;
    private readonly long _most;
    private readonly bool _isJson;
    private readonly Action _abort;
    private long _read;

    private LimitedBody(HttpRequest request, long most, bool isJson) =>
        (_body, _abort, _most, _isJson) = (request.Body, request.HttpContext.Abort, most, isJson);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <summary>The number of bytes read.</summary>
    public override long Length => _read;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Returns the question set in a request's body.</summary>
    /// <exception cref="ProblemException">The body is empty, a form or compressed, or its length is known to exceed the
    /// limit.</exception>
    public static LimitedBody Of(HttpRequest request, long most)
    {
        CheckLength(request, most, isJson: false);

        // A form's envelope would be read as the file's first rows; other types are ignored, because the content identifies the format
        // better.
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            throw Problem.WrongMedia($"The body is {type.MediaType}. Send the file itself as the body: curl --data-binary @FILE.");
        }

        return Open(request, most, isJson: false);
    }

    /// <summary>Returns the JSON in a request's body.</summary>
    /// <exception cref="ProblemException">The body is empty, its content type is not JSON, or its length is known to exceed
    /// the limit.</exception>
    public static LimitedBody OfJson(HttpRequest request, long most)
    {
        CheckLength(request, most, isJson: true);
        if (request.ContentType is { Length: > 0 } said)
        {
            const string Remedy = "This operation takes JSON in UTF-8: curl -H 'Content-Type: application/json' --data-binary @FILE.";
            if (!MediaTypeHeaderValue.TryParse(said, out var type) || !(Unsaid.Contains(type.MediaType.Value ?? "") || IsJson(type)))
            {
                throw Problem.WrongMedia($"The content type '{Problem.Shown(said)}' is not supported. {Remedy}");
            }

            if (type.Charset.Value?.Trim('"') is { Length: > 0 } charset
                && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !charset.Equals(
                    "us-ascii", StringComparison.OrdinalIgnoreCase))
            {
                throw Problem.WrongMedia($"The charset '{Problem.Shown(charset)}' is not supported. {Remedy}");
            }
        }

        return Open(request, most, isJson: true);
    }

    private static bool IsJson(MediaTypeHeaderValue type) => type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static void CheckLength(HttpRequest request, long most, bool isJson)
    {
        if (request.ContentLength == 0)
        {
            throw Problem.Empty(isJson);
        }

        if (request.ContentLength > most)
        {
            throw Problem.TooLarge(most, isJson);
        }
    }

    private static LimitedBody Open(HttpRequest request, long most, bool isJson) =>
        request.Headers.ContentEncoding.ToString() is { Length: > 0 } coding
            && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            ? throw Problem.WrongMedia($"The body is encoded as {coding}. Send it without a content encoding.")
            : new LimitedBody(request, most, isJson);

    /// <exception cref="ProblemException">The body exceeds the limit, turns out to be empty, or cannot
    /// be read.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await ReadSomeAsync(buffer, cancellationToken);
        if (count == 0 && _read == 0 && buffer.Length > 0)
        {
            throw Problem.Empty(_isJson);
        }

        _read += count;
        return _read <= _most ? count : throw Problem.TooLarge(_most, _isJson);
    }

    /// <summary>
    /// Continues reading. Never throws an <see cref="IOException"/>, which the code that uploads the body would mistake for a storage error
    /// and retry in vain.
    /// </summary>
    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _body.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException exception)
        {
            throw Problem.Unreadable(exception.StatusCode, $"The body cannot be read: {exception.Message}");
        }
        catch (IOException exception)
        {
            if (exception is ConnectionResetException)
            {
                // Otherwise the server would try to read the rest, and log that it cannot.
                _abort();
            }

            throw Problem.Unreadable(StatusCodes.Status400BadRequest, "The connection closed before the body was complete.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A request's body is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
