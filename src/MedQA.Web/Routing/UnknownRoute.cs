using MedQA.Web.Dashboard;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Routing;

/// <summary>Answers requests that match no route.</summary>
public static class UnknownRoute
{
    /// <summary>Returns 405 with the methods of the path, or 404 if it has none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="more">Routes that the host offers besides those of the API and the dashboard.</param>
    public static IResult Answer(HttpRequest request, params ReadOnlySpan<ApiRoute> more)
    {
        ArgumentNullException.ThrowIfNull(request);
        var segments = SegmentsOf(request.Path.Value ?? "/");
        var known = ApiRoutes.All.Concat(DashboardRoutes.All).Concat(more.ToArray())
            .Where(route => Fits(route.Path.Split('/'), segments))
            .SelectMany(static route => route.Methods);
        string[] methods = [.. known.Distinct().Order(StringComparer.Ordinal)];
        ApiRoute.SetHeaders(request.HttpContext.Response.Headers);
        if (methods.Length == 0)
        {
            return Problem.Of(
                StatusCodes.Status404NotFound,
                "unknown-address",
                "Not found",
                "Nothing is at this path. API paths begin with /api/; health is at /healthz and the dashboard at /.");
        }

        request.HttpContext.Response.Headers.Allow = string.Join(", ", methods);
        return Problem.Of(
            StatusCodes.Status405MethodNotAllowed,
            "method",
            "Method not allowed",
            $"This path supports {InWords(methods)}, not {request.Method}.");
    }

    private static string InWords(string[] methods) =>
        methods is [var only] ? only : $"{string.Join(", ", methods[..^1])} and {methods[^1]}";

    /// <summary>
    /// Splits a path into segments as the router does: a trailing slash adds none, but an empty segment elsewhere counts.
    /// </summary>
    private static string[] SegmentsOf(string path) => (path.Length > 2 && path.EndsWith('/') ? path[1..^1] : path[1..]).Split('/');

    private static bool Fits(string[] pattern, string[] segments) => pattern.Length == segments.Length
        && pattern.Zip(segments)
            .All(static pair =>
                pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
}
