using System.Globalization;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MedQA.Web.Access;

/// <summary>
/// Refuses requests whose address other servers on the way may read as another address. A server resolves the parts <c>.</c> and <c>..</c>
/// of a path before it looks for a route;
/// whoever stands in front and lets some paths pass without a sign-in looks at the path as it was sent, or decodes it once more.
/// </summary>
public static class RequestTarget
{
    /// <summary>Whether a path means the same to everybody, however often it is decoded.</summary>
    /// <param name="target">
    /// The request's target as it was sent (RFC 9112, section 3.2): a path, or an address with http or https. What follows the first
    /// <c>?</c> is the query and not looked at.
    /// </param>
    /// <returns>
    /// <see langword="false"/> where the target is neither, where a part of the path is <c>.</c> or <c>..</c> (with or without parameters
    /// behind <c>;</c>, between slashes or backslashes, each of these characters
    /// coded any number of times or not), and where it has a control character.
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

        // The part behind # is looked at too: in a path the character has no meaning of its own to Kestrel.
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

    /// <summary>What a request gets whose target is not plain: 400 with the headers that every answer has.</summary>
    /// <param name="context">The request, as the server received it.</param>
    /// <returns><see langword="null"/> for a request that may go on.</returns>
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
    /// A text without codes like %2e, also those that appear when others are decoded. Bytes beyond ASCII become one character each: none of
    /// them is a character that is looked for.
    /// </summary>
    private static string DecodeFully(ReadOnlySpan<char> text)
    {
        // A code that is complete is decoded at once, so that its character can be part of the code that it stands in.
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
