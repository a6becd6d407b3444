using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Routing;

/// <summary>Answers that a caller need not load again while they stay the same (RFC 9110, section 13).</summary>
internal static class Conditional
{
    /// <summary>A value as JSON with a hash of it as ETag, or 304 where the caller has it.</summary>
    public static IResult Json<T>(ApiRequest request, T value, JsonTypeInfo<T> shape) => Bytes(request, JsonSerializer.SerializeToUtf8Bytes(value, shape), "application/json");

    /// <summary>Bytes with a hash of them as ETag, or 304 where the caller has them.</summary>
    public static IResult Bytes(ApiRequest request, byte[] content, string type) =>
        IsKnown(request, Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12))) ? NotModified : Results.Bytes(content, type);

    /// <summary>
    /// The header with a condition for a change, or <see langword="null"/> where there is none. <c>If-Match: *</c> asks only that there is
    /// something to change, as every operation does by itself; <c>If-Modified-Since</c> says nothing about changes.
    /// </summary>
    public static string? UnexaminedOf(IHeaderDictionary headers) =>
        headers.IfMatch is { Count: > 0 } match && match.ToString().Trim() != "*" ? HeaderNames.IfMatch
        : headers.IfNoneMatch.Count > 0 ? HeaderNames.IfNoneMatch
        : headers.IfUnmodifiedSince.Count > 0 ? HeaderNames.IfUnmodifiedSince
        : null;

    /// <summary>304.</summary>
    public static IResult NotModified => Results.StatusCode(StatusCodes.Status304NotModified);

    /// <summary>Gives an answer an ETag, and says whether the caller has the answer of that tag.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">What changes with the answer, in any of its formats: letters, digits, hyphens and underscores.</param>
    public static bool IsKnown(ApiRequest request, string tag) => IsKnown(request, new EntityTagHeaderValue($"\"{tag}\"", isWeak: true));

    /// <summary>Gives an answer an ETag, and says whether the caller has the answer of that tag.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tag">What changes with the answer: a strong one only where the same tag is always the same bytes, compressed never.</param>
    public static bool IsKnown(ApiRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.Http.HttpContext.Response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = "private, no-cache";
        return request.Http.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
