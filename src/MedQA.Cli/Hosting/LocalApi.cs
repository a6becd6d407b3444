using System.Diagnostics;
using MedQA.Cli.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Web;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedQA.Cli.Hosting;

/// <summary>The HTTP interface on Kestrel: every row of the route table, for this machine only.</summary>
internal static class LocalApi
{
    /// <summary>What handlers work with, over the pipeline of this process.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="model">What answers.</param>
    /// <param name="save">See <see cref="Api.SaveAsync"/>.</param>
    public static Api Over(LocalPipeline pipeline, ILanguageModel model, Func<CancellationToken, Task> save) => new()
    {
        SaveAsync = save,
        Reader = pipeline.Reader,
        Control = pipeline.Control,
        Studies = pipeline.Studies,
        Uploads = pipeline.Uploads,
        Splitter = pipeline.Splitter,
        Profiles = pipeline.Profiles,
        Models = [model.Description],
        Signals = pipeline.Signals,
    };

    /// <summary>Whoever reaches this machine's loopback may do everything; where a key is set, whoever has it.</summary>
    /// <exception cref="InputException">The key is too short.</exception>
    internal static AccessPolicy AccessOf(HostSettings settings) => settings.Key switch
    {
        null => AccessPolicy.Anyone,
        { Length: >= AccessOptions.ShortestKey } key => new AccessPolicy(new AccessOptions { Mode = AccessMode.Keys, AdminKey = key }),
        { Length: var length } =>
            throw InputException.Of(
                "--key",
                $"has {length} characters; to guard a service it must have at least {AccessOptions.ShortestKey}. `openssl rand -hex 32` "
                    + "makes a good one."),
    };

    /// <summary>Makes the server; it does not listen yet.</summary>
    /// <exception cref="InputException">The key is too short.</exception>
    public static WebApplication Create(HostSettings settings, Api api)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ApplicationName = "medqa", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        LocalLogging.Configure(builder.Logging, settings);

        // What the framework says of requests at other levels has their queries in it, and the addresses that it cannot read.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        // That the server does not start is said by whoever starts it, in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.UseUrls(AddressOf(settings.Url));
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The handlers have their own limit and say so in a problem; Kestrel's would break the connection.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AnswerRefusedRequests();
        });
        var application = builder.Build();
        application.AnswerRefusedRequests();
        application.Use((context, next) => LogAsync(application.Logger, context, next));
        application.Use(static (context, next) => RequestTarget.Refuse(context)?.ExecuteAsync(context) ?? next(context));
        application.Use(LoopbackGuard.CheckAsync);
        application.UseRouting();

        // The stop ends watched runs at once; their readers come back to the next server.
        application.MapApi(api with { Stopping = application.Lifetime.ApplicationStopping }, AccessOf(settings));
        return application;
    }

    /// <summary>Where to listen. A free port is one of one address, and localhost is two: then it is the first of them.</summary>
    private static string AddressOf(Uri url) =>
        url is { Host: "localhost", Port: 0 } ? new UriBuilder(url) { Host = "127.0.0.1" }.ToString() : url.ToString();

    /// <summary>Logs a request by its method, path and status. Its query may hold what was searched for.</summary>
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
