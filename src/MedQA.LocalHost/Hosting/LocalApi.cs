using MedQA.Evaluation.Modelling;
using MedQA.LocalHost.Settings;
using MedQA.Web;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace MedQA.LocalHost.Hosting;

/// <summary>The HTTP interface on Kestrel: every row of the route table, for this machine only.</summary>
internal static class LocalApi
{
    /// <summary>What handlers work with, over the pipeline of this process.</summary>
    public static Api Over(LocalPipeline pipeline, ILanguageModel model) => new()
    {
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
    /// <exception cref="SettingException">The key is too short.</exception>
    internal static AccessPolicy AccessOf(HostSettings settings) => settings.Key switch
    {
        null => AccessPolicy.Anyone,
        { Length: >= AccessOptions.ShortestKey } key => new AccessPolicy(new AccessOptions { Mode = AccessMode.Keys, AdminKey = key }),
        { Length: var length } => throw new SettingException("--key", $"has {length} characters; to guard a service it must have at least {AccessOptions.ShortestKey}. `openssl rand -hex 32` makes a good one."),
    };

    /// <summary>Makes the server; it does not listen yet.</summary>
    /// <exception cref="SettingException">The key is too short.</exception>
    public static WebApplication Create(HostSettings settings, Api api)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "medqa", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        LocalLogging.Configure(builder.Logging, settings);
        builder.Logging.AddFilter("Microsoft.AspNetCore", settings.Log < LogLevel.Warning ? settings.Log : LogLevel.Warning);
        builder.WebHost.UseUrls(settings.Url.ToString());
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The handlers have their own limit and say so in a problem; Kestrel's would break the connection.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var application = builder.Build();
        application.Use(static (context, next) => RequestTarget.Refuse(context)?.ExecuteAsync(context) ?? next(context));
        application.Use(LoopbackGuard.CheckAsync);
        application.UseRouting();

        // The stop ends watched runs at once; their readers come back to the next server.
        application.MapApi(api with { Stopping = application.Lifetime.ApplicationStopping }, AccessOf(settings));
        return application;
    }
}
