using System.Globalization;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MedQA.Web.Access;

/// <summary>
/// Refuses requests whose target a proxy may interpret differently. A server resolves the segments <c>.</c> and <c>..</c>
/// of a path before routing;
/// a proxy that exempts some paths from sign-in sees the path as sent, or decodes it once more.
/// </summary>
public static class RequestTarget
{
    /// <summary>Whether a path is unambiguous, however often it is decoded.</summary>
    /// <param name="target">
    /// The request target as sent (RFC 9112, section 3.2): a path, or an http or https URL. The query, after the first <c>?</c>, is not
    /// checked.
    /// </param>
    /// <returns>
    /// <see langword="false"/> if the target is neither, if a segment is <c>.</c> or <c>..</c> (with or without parameters after
    /// <c>;</c>, between slashes or backslashes, each of these characters
    /// encoded any number of times or not), or if it has a control character.
    /// </returns>
    public static bool IsPlain(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!target.StartsWith('/')
            && !target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            && !target.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // The part after # is checked too, because Kestrel gives the character no special meaning in a path.
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = DecodeFully(query < 0 ? target : target.AsSpan(0, query));
        if (path.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || path.Contains('\u007f', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var range in path.AsSpan().SplitAny('/', '\\'))
        {
            var segment = path.AsSpan(range);
            var parameters = segment.IndexOf(';');
            if ((parameters < 0 ? segment : segment[..parameters]) is "." or "..")
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the refusal of a request with an ambiguous target: 400 with the common headers.</summary>
    /// <param name="context">The request, as the server received it.</param>
    /// <returns><see langword="null"/> for an allowed request.</returns>
    public static IResult? Refuse(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsPlain(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
        {
            return null;
        }

        ApiRoute.SetHeaders(context.Response.Headers);
        return Problem.Of(
            StatusCodes.Status400BadRequest,
            "request-target",
            "Invalid request target",
            "The path has a segment '.' or '..' (encoded or not) or a control character, or the target is not a path. "
            + "Send the resolved path; name a question whose id has such a segment by its ordinal, with by=ordinal.");
    }

    /// <summary>
    /// Decodes all percent-encoding, including nested. Bytes beyond ASCII become one character each, none of which is
    /// checked for.
    /// </summary>
    private static string DecodeFully(ReadOnlySpan<char> text)
    {
        // A complete code is decoded at once, so that its character can be part of an outer code.
        var decoded = new char[text.Length];
        var length = 0;
        foreach (var next in text)
        {
            decoded[length++] = next;
            while (decoded.AsSpan(0, length) is [.., '%', var high, var low] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low))
            {
                length -= 2;
                decoded[length - 1] = (char)byte.Parse([high, low], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
        }

        return new string(decoded, 0, length);
    }
}
