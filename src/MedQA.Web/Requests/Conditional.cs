using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Pipeline.Runs;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>Conditional responses (RFC 9110, section 13).</summary>
internal static class Conditional
{
    /// <summary>Returns a value as JSON with a hash as ETag, or 304 if the caller has it.</summary>
    public static IResult Json<T>(ApiRequest request, T value, JsonTypeInfo<T> shape) =>
        Bytes(request, JsonSerializer.SerializeToUtf8Bytes(value, shape), "application/json");

    /// <summary>Returns a part of a run's result like <see cref="Json"/>; that of an ended run is kept in memory.</summary>
    /// <param name="api">The services that handlers use.</param>
    /// <param name="request">The request.</param>
    /// <param name="run">The run, as it was just read.</param>
    /// <param name="part">Names the part.</param>
    /// <param name="load">Loads it.</param>
    /// <param name="shape">Its type.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public static async Task<IResult> JsonAsync<T>(
        Api api,
        ApiRequest request,
        RunSummary run,
        string part,
        Func<CancellationToken, Task<T>> load,
        JsonTypeInfo<T> shape,
        CancellationToken cancellationToken)
    {
        var found = await KeptResult.FindAsync(
            api,
            request,
            run,
            part,
            "application/json",
            async cancel => JsonSerializer.SerializeToUtf8Bytes(await load(cancel), shape),
            cancellationToken);
        return found is var (result, tag) && !IsKnown(request, tag) ? result : NotModified;
    }

    /// <summary>Returns bytes with a hash as ETag, or 304 if the caller has them.</summary>
    public static IResult Bytes(ApiRequest request, byte[] content, string type) =>
        IsKnown(request, TagOf(content)) ? NotModified : Results.Bytes(content, type);

    /// <summary>
    /// Returns the header that sets a condition on a change, or <see langword="null"/>. <c>If-Match: *</c> only requires that the resource
    /// exists, as every operation does anyway; <c>If-Modified-Since</c> does not apply to changes.
    /// </summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="takesTags">Whether the operation examines the tags of <c>If-Match</c> itself.</param>
    public static string? UnexaminedOf(IHeaderDictionary headers, bool takesTags) =>
        !takesTags && headers.IfMatch.Count > 0 && !IsAny(headers.IfMatch) ? HeaderNames.IfMatch
        : headers.IfNoneMatch.Count > 0 ? HeaderNames.IfNoneMatch
        : headers.IfUnmodifiedSince.Count > 0 ? HeaderNames.IfUnmodifiedSince
        : null;

    /// <summary>
    /// Returns the strong tags of <c>If-Match</c>, one of which must be the current one, without their quotation marks; weak ones never
    /// match. <see langword="null"/> if any will do.
    /// </summary>
    public static string[]? TagsToMatch(HttpRequest request) =>
        request.Headers.IfMatch.Count == 0 || IsAny(request.Headers.IfMatch) ? null
        : EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags)
        ? [.. tags.Where(static tag => !tag.IsWeak).Select(static tag => tag.Tag.ToString().Trim('"'))]
        : [];

    /// <summary>
    /// Returns the range of a file that a request asks for (RFC 9110, section 14), or <see langword="null"/> for the whole file: if the
    /// request is not a GET, names no byte range or several, has a part of another file, or sets a condition that fails.
    /// <c>If-Range</c> holds only for the file's strong tag, because responses have no date (section 13.1.5).
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

    /// <summary>Whether a range overlaps the file: it starts within the file, or is a suffix that is not empty.</summary>
    public static bool IsIn(RangeItemHeaderValue part, long length)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part.From is { } from ? from < length : part.To > 0 && length > 0;
    }

    /// <summary>
    /// Applies a GET request's conditions (RFC 9110, section 13.2.2). <c>If-Match</c> holds for <c>*</c> and for the
    /// response's strong tag, and takes precedence; <c>If-None-Match: *</c> matches every existing resource. Responses have no date,
    /// so <c>If-Unmodified-Since</c> and <c>If-Modified-Since</c> are ignored, as required.
    /// </summary>
    /// <param name="http">The request, whose response headers are set.</param>
    /// <param name="answer">The response without conditions, or 304 if the caller has it. Conditions do not apply to
    /// problems.</param>
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

    /// <summary>Returns the tag of a response's bytes before they are compressed.</summary>
    public static string TagOf(byte[] content) => Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12));

    /// <summary>304.</summary>
    public static IResult NotModified => Results.StatusCode(StatusCodes.Status304NotModified);

    /// <summary>Sets the response's ETag and returns whether the caller has that version.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">Identifies the version and format of the response: letters, digits, hyphens and underscores.</param>
    public static bool IsKnown(ApiRequest request, string tag) => IsKnown(request, new EntityTagHeaderValue($"\"{tag}\"", isWeak: true));

    /// <summary>Sets the response's ETag and returns whether the caller has that version.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">The tag: strong only if it always identifies the same bytes, and the response is never
    /// compressed.</param>
    public static bool IsKnown(ApiRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.Http.HttpContext.Response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = "private, no-cache";
        return request.Http.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
