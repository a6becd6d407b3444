using MedQA.Pipeline.Studies;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Requests;

/// <summary>Lets raters in by the secret of their link.</summary>
internal static class RaterAccess
{
    /// <summary>
    /// The header that carries what stands behind # in a rater's link. Never the address: addresses are written down in logs and passed on
    /// to other sites.
    /// </summary>
    public const string Header = "x-medqa-rater";

    /// <summary>The rater whose link a request brings.</summary>
    /// <exception cref="ProblemException">It brings none, or one that opens nothing: 401, the same for both, so that nobody learns which
    /// studies and raters there are.</exception>
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
