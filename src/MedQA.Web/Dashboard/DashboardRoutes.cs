using System.Collections.Immutable;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Dashboard;

/// <summary>
/// The routes of the dashboard. Hosts map them like those of <see cref="ApiRoutes"/>, but they are not part of the documented
/// API. The files have no data; the pages call the API with the user's credentials.
/// </summary>
public static class DashboardRoutes
{
    /// <summary>
    /// The pages' content security policy: only their own scripts and styles and calls to this service; no inline script or style, and no
    /// parsing of text as markup, so a question that looks like a script stays text.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action "
            + "'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Every route.</summary>
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        new("GetHome", "GET", "", ApiRole.Anyone, "Returns the dashboard.", static (_, request, _) =>
            Task.FromResult(Answer(request.Http, DashboardFile.Page))),
        new("GetDashboard", "GET", "dashboard", ApiRole.Anyone, "Returns the dashboard.", static (_, request, _) =>
            Task.FromResult(Answer(request.Http, DashboardFile.Page))),
        new("GetRatingPage", "GET", "rate", ApiRole.Anyone, "Returns the raters' page.", static (_, request, _) =>
            Task.FromResult(Answer(request.Http, DashboardFile.RatingPage))),
        new("GetRatingPageFile", "GET", "rate/{file}", ApiRole.Anyone, "Returns a file of the raters' page.", static (_, request, _) =>
            Task.FromResult(Answer(request.Http, request.Path["file"]))),
        new("GetDashboardFile", "GET", "dashboard/{file}", ApiRole.Anyone, "Returns a file of the dashboard.", static (_, request, _) =>
            Task.FromResult(Answer(request.Http, request.Path["file"]))),
    ];

    private static IResult Answer(HttpRequest request, string name)
    {
        if (DashboardFile.Find(name) is not { } file)
        {
            throw Problem.UnknownFile(name);
        }

        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ETag = file.Tag.ToString();
        headers.Vary = "Accept-Encoding";

        // Browsers cache the files but revalidate each time, so versions are never mixed.
        headers.CacheControl = "no-cache";
        if (request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(file.Tag, useStrongComparison: false)))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var compress = request.GetTypedHeaders().AcceptEncoding.Any(
            static coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
        if (compress)
        {
            headers.ContentEncoding = "gzip";
        }

        return Results.Bytes(compress ? file.Compressed : file.Content, file.ContentType);
    }
}
