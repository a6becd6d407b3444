using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Access;

/// <summary>Recognizes writes that a browser sends for a page of another origin, with whatever it keeps for this one.</summary>
public static class ForeignPage
{
    /// <summary>
    /// Whether a request may change something and comes from a page of another origin: as Sec-Fetch-Site says it, or as Origin does.
    /// Browsers send at least one of them with every such request, and pages cannot change either;
    /// a request with neither comes from no browser.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="isOwn">Whether an origin is this service's own.</param>
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
