using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>Answers that a caller need not load again while they stay the same (RFC 9110, section 13).</summary>
internal static class Conditional
{
    /// <summary>A value as JSON with a hash of it as ETag, or 304 where the caller has it.</summary>
    public static IResult Json<T>(ApiRequest request, T value, JsonTypeInfo<T> shape) =>
        Bytes(request, JsonSerializer.SerializeToUtf8Bytes(value, shape), "application/json");

    /// <summary>Bytes with a hash of them as ETag, or 304 where the caller has them.</summary>
    public static IResult Bytes(ApiRequest request, byte[] content, string type) =>
        IsKnown(request, Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12))) ? NotModified : Results.Bytes(content, type);

    /// <summary>
    /// The header with a condition for a change, or <see langword="null"/> where there is none. <c>If-Match: *</c> asks only that there is
    /// something to change, as every operation does by itself; <c>If-Modified-Since</c> says nothing about changes.
    /// </summary>
    public static string? UnexaminedOf(IHeaderDictionary headers) =>
        headers.IfMatch.Count > 0 && !IsAny(headers.IfMatch) ? HeaderNames.IfMatch
        : headers.IfNoneMatch.Count > 0 ? HeaderNames.IfNoneMatch
        : headers.IfUnmodifiedSince.Count > 0 ? HeaderNames.IfUnmodifiedSince
        : null;

    /// <summary>
    /// The part of a file that a request asks for (RFC 9110, section 14), or <see langword="null"/> where it gets the whole: it is no GET,
    /// names no part of bytes or several, has a part of another file, or sets a condition that does not hold. Of the conditions of
    /// <c>If-Range</c> only the file's own strong tag holds: no answer here has a date (section 13.1.5).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The file's tag; <see langword="null"/> where it has none yet.</param>
    public static RangeItemHeaderValue? PartOf(HttpRequest request, EntityTagHeaderValue? tag)
    {
        if (!HttpMethods.IsGet(request.Method)
            || request.Headers.Range is not [{ } asked]
            || !RangeHeaderValue.TryParse(asked, out var range)
            || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            || range.Ranges is not { Count: 1 } parts)
        {
            return null;
        }

        if (!Matches(request.Headers, tag))
        {
            return null;
        }

        var holds = request.Headers.IfRange is []
            || (tag is { IsWeak: false } && request.Headers.IfRange is [{ } condition] && condition.Trim() == tag.ToString());
        return holds ? parts.First() : null;
    }

    /// <summary>Whether a file has something of a part: a part that begins in it, or an end that is not empty.</summary>
    public static bool IsIn(RangeItemHeaderValue part, long length)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.From is { } from ? from < length : part.To > 0 && length > 0;
    }

    /// <summary>
    /// An answer to a GET on the conditions that its caller sets (RFC 9110, section 13.2.2). <c>If-Match</c> holds for <c>*</c> and for the
    /// answer's strong tag, and comes before all others; <c>If-None-Match: *</c> is for those who want nothing that exists. No answer here
    /// has a date, so that <c>If-Unmodified-Since</c> and <c>If-Modified-Since</c> are passed over, as they must be then.
    /// </summary>
    /// <param name="http">The request, whose answer has its headers.</param>
    /// <param name="answer">The answer where there are no conditions, or 304 where the caller has it. One that is a problem has no
    /// conditions.</param>
    /// <exception cref="ProblemException"><c>If-Match</c> does not hold.</exception>
    public static async Task<IResult> ExamineAsync(HttpRequest http, IResult answer)
    {
        if ((answer as IStatusCodeHttpResult)?.StatusCode is not (null or (>= 200 and < 300) or StatusCodes.Status304NotModified))
        {
            return answer;
        }

        var tag = EntityTagHeaderValue.TryParse(http.HttpContext.Response.Headers.ETag.ToString(), out var known) ? known : null;
        var matches = Matches(http.Headers, tag);
        if (matches && !IsAny(http.Headers.IfNoneMatch))
        {
            return answer;
        }

        if (answer is FileStreamHttpResult { FileStream: { } unread })
        {
            await unread.DisposeAsync();
        }

        return matches ? NotModified : throw Problem.OtherTag(tag);
    }

    private static bool Matches(IHeaderDictionary headers, EntityTagHeaderValue? tag) =>
        headers.IfMatch.Count == 0
        || IsAny(headers.IfMatch)
        || (tag is not null
            && EntityTagHeaderValue.TryParseList(headers.IfMatch, out var wanted)
            && wanted.Any(one => one.Compare(tag, useStrongComparison: true)));

    private static bool IsAny(StringValues values) => values.ToString().Trim() == "*";

    /// <summary>304.</summary>
    public static IResult NotModified => Results.StatusCode(StatusCodes.Status304NotModified);

    /// <summary>Gives an answer an ETag, and says whether the caller has the answer of that tag.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">What changes with the answer, in any of its formats: letters, digits, hyphens and underscores.</param>
    public static bool IsKnown(ApiRequest request, string tag) => IsKnown(request, new EntityTagHeaderValue($"\"{tag}\"", isWeak: true));

    /// <summary>Gives an answer an ETag, and says whether the caller has the answer of that tag.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">What changes with the answer: a strong one only where the same tag is always the same bytes, compressed
    /// never.</param>
    public static bool IsKnown(ApiRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.Http.HttpContext.Response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = "private, no-cache";
        return request.Http.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
