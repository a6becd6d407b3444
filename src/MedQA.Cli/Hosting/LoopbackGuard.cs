using System.Net;
using System.Text.Json;
using MedQA.Web.Access;
using MedQA.Web.Contracts;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Cli.Hosting;

/// <summary>
/// Prevents web pages of other origins from using the API through a browser on this machine: a request must name this machine as its
/// host (DNS rebinding is refused), and a write must not come from a page of another origin.
/// </summary>
internal static class LoopbackGuard
{
    /// <summary>Forwards a request or rejects it.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsThisMachine(request.Host.Host))
        {
            return RefuseAsync(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "foreign-host",
                "This is another host",
                $"This service answers requests to localhost, not to '{request.Host.Host}'.");
        }

        if (ForeignPage.Writes(request, page => IsOwn(page, request)))
        {
            return RefuseAsync(
                context,
                StatusCodes.Status403Forbidden,
                "foreign-page",
                "Cross-origin writes are not allowed",
                "A page of another origin may not write here.");
        }

        return next(context);
    }

    /// <summary>Returns whether a host name can only mean this machine.</summary>
    internal static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsOwn(Uri page, HttpRequest request) =>
        page.Scheme == request.Scheme && IsThisMachine(page.Host) && page.Port == (request.Host.Port ?? 80);

    private static Task RefuseAsync(HttpContext context, int status, string kind, string title, string sentence)
    {
        ApiRoute.SetHeaders(context.Response.Headers);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        var details = new ProblemDetails { Type = $"urn:medqa:{kind}", Title = title, Status = status, Detail = sentence };
        return JsonSerializer.SerializeAsync(context.Response.Body, details, WebJson.Readable.ProblemDetails, context.RequestAborted);
    }
}
