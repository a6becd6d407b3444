using System.Diagnostics;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Web;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>The HTTP API on Kestrel: every route of the route table, for this machine only.</summary>
internal static class LocalApi
{
    /// <summary>Grants everything to callers on this machine's loopback, or, if a key is set, to callers that have it.</summary>
    /// <exception cref="InputException">The key is too short.</exception>
    internal static AccessPolicy AccessOf(HostSettings settings) => settings.Key switch
    {
        null => AccessPolicy.Anyone,
        { Length: >= AccessOptions.ShortestKey } key => new AccessPolicy(new AccessOptions { Mode = AccessMode.Keys, AdminKey = key }),
        { Length: var length } =>
            throw InputException.Of(
                "--key",
                $"has {length} characters, but must have at least {AccessOptions.ShortestKey} to protect a service",
                "`openssl rand -hex 32` generates one"),
    };

    /// <summary>Creates the server, which does not listen yet.</summary>
    /// <exception cref="InputException">The key is too short.</exception>
    public static WebApplication Create(HostSettings settings, Api api)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ApplicationName = "medqa", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        LocalLogging.Configure(builder.Logging, settings);

        // At lower levels the framework logs the queries of requests, and malformed addresses.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // The caller reports that the server cannot start.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseUrls(AddressOf(settings.Url));
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The handlers have their own limit and report it as a problem; Kestrel's would break the connection.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AnswerRefusedRequests();
        });
        var application = builder.Build();
        application.AnswerRefusedRequests();
        application.Use((context, next) => LogAsync(application.Logger, context, next));
        application.Use(static (context, next) => RequestTarget.Refuse(context)?.ExecuteAsync(context) ?? next(context));
        application.Use(LoopbackGuard.CheckAsync);
        application.UseRouting();

        // Stopping ends the streams of watched runs at once; their readers reconnect to the next server.
        application.MapApi(api with { Stopping = application.Lifetime.ApplicationStopping }, AccessOf(settings));
        return application;
    }

    /// <summary>Returns the address to listen on. Since localhost is two addresses, port 0 is chosen for the first of them.</summary>
    private static string AddressOf(Uri url) =>
        url is { Host: "localhost", Port: 0 } ? new UriBuilder(url) { Host = "127.0.0.1" }.ToString() : url.ToString();

    /// <summary>Logs a request by method, path and status, without its query, which may contain search terms.</summary>
    private static async Task LogAsync(ILogger logger, HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        await next(context);
        logger.RequestAnswered(
            context.Request.Method,
            context.Request.Path.ToUriComponent(),
            context.Response.StatusCode,
            Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
