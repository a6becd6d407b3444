using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Access;

/// <summary>Recognizes cross-origin writes, which browsers send with this origin's cookies.</summary>
public static class ForeignPage
{
    /// <summary>
    /// Whether a request may change something and comes from a page of another origin, according to Sec-Fetch-Site or Origin.
    /// Browsers send at least one of them with every such request, and pages cannot change either;
    /// a request with neither does not come from a browser.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="isOwn">Returns whether an origin is this service's own.</param>
    public static bool Writes(HttpRequest request, Func<Uri, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(isOwn);
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return false;
        }

        var (site, origin) = (request.Headers["Sec-Fetch-Site"], request.Headers.Origin);
        return (site.Count > 0 && site.ToString() is not ("same-origin" or "none"))
            || (origin.Count > 0 && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) && isOwn(page)));
    }
}
