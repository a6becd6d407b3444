using MedQA.Pipeline.Studies;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Requests;

/// <summary>Authenticates raters by the secret of their link.</summary>
internal static class RaterAccess
{
    /// <summary>
    /// The header that carries the part of a rater's link after #. It is never in the URL, because URLs appear in logs and referrers.
    /// </summary>
    public const string Header = "x-medqa-rater";

    /// <summary>Returns the rater of a request.</summary>
    /// <exception cref="ProblemException">The link is missing or invalid: the same 401 for both, so as not to reveal which studies and
    /// raters exist.</exception>
    public static async Task<RaterSession> OpenAsync(Api api, HttpRequest request, CancellationToken cancellationToken)
    {
        if (RaterLink.TryParse(request.Headers[Header].ToString(), out var link)
            && await api.Studies.OpenAsync(link, cancellationToken) is { } session)
        {
            return session;
        }

        request.HttpContext.Response.Headers.WWWAuthenticate = $"RaterLink header=\"{Header}\"";
        throw Problem.RaterLink();
    }
}
