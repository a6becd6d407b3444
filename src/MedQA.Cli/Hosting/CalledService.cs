using MedQA.Client;
using MedQA.Cli.Settings;
using MedQA.Pipeline;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Runs;
using MedQA.Web;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The HTTP API that a command calls, the same for both kinds: that of a remote service, or a private one in this process over the storage
/// of this machine.
/// </summary>
internal sealed class CalledService : IAsyncDisposable
{
    private readonly WebApplication? _here;
    private readonly HttpClient? _http;
    private readonly ServiceProvider? _services;
    private readonly bool _ownsStorage;

    private CalledService(
        HostSettings settings,
        MedQAClient client,
        LocalStorage? storage,
        bool ownsStorage,
        ServiceProvider? services,
        WebApplication? here,
        HttpClient? http) =>
        (Settings, Client, Storage, _ownsStorage, _services, _here, _http) = (settings, client, storage, ownsStorage, services, here, http);

    /// <summary>The settings that select it.</summary>
    public HostSettings Settings { get; }

    /// <summary>The client that calls it.</summary>
    public MedQAClient Client { get; }

    /// <summary>The storage of this machine; <see langword="null"/> for a remote service.</summary>
    public LocalStorage? Storage { get; }

    /// <summary>
    /// Opens the service of the settings, or this process over the storage of this machine, which then has no model and starts no runs.
    /// </summary>
    public static async Task<CalledService> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is not null)
        {
            return Elsewhere(context.Settings);
        }

        var storage = await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken);
        try
        {
            return await OverAsync(
                context.Settings,
                storage,
                ownsStorage: true,
                new ServiceCollection()
                    .AddLogging()
                    .AddMedQAPipeline(
                        storage.Runs,
                        new PipelineOptions
                        {
                            Profiles = ProfileFolders.OfHost(context.Settings),
                            EarlierProfiles = ProfileFolders.Kept(context.Settings),
                            Attendance = storage.AtWork,
                            Notices = context.Settings.Notices,
                        })
                    .AddResultCache()
                    .BuildServiceProvider(),
                cancellationToken);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the service of the settings.</summary>
    public static CalledService Elsewhere(HostSettings settings) => new(settings, ClientOf(settings), null, false, null, null, null);

    /// <summary>Opens this process, over a pipeline that runs in it.</summary>
    public static Task<CalledService> OverAsync(
        HostSettings settings, LocalStorage storage, LocalPipeline pipeline, CancellationToken cancellationToken) =>
        OverAsync(settings, storage, ownsStorage: false, pipeline.Services, cancellationToken);

    /// <summary>Calls the service of the settings.</summary>
    public static MedQAClient ClientOf(HostSettings settings) => new(new MedQAClientOptions
    {
        Endpoint = settings.Endpoint!,
        Key = settings.Key,
        Token = settings.Token is { } token ? _ => ValueTask.FromResult(token) : null,
    });

    /// <summary>
    /// Carries out a requested action on a run of this machine if no other process would; cancelling and deleting need no model. A remote
    /// service does so itself.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="action">The requested action.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task ObeyAsync(string run, RequestedAction action, CancellationToken cancellationToken)
    {
        if (action is RequestedAction.Cancel or RequestedAction.Delete
            && Storage is { AtWork: { } atWork }
            && !atWork.Processes().Any(static process => process.Drives))
        {
            var advancer = _services!.GetRequiredService<RunAdvancer>();
            var id = RunId.Parse(run);
            AdvanceOutcome outcome;
            while ((outcome = await advancer.AdvanceAsync(id, cancellationToken)) is { State: { } state, ComeBackIn: { } pause }
                && !state.IsFinal())
            {
                await Task.Delay(pause, cancellationToken);
            }

            if (outcome.IsNoticeOnly)
            {
                await advancer.NotifyAsync(id, cancellationToken);
            }
        }
    }

    /// <summary>Ends the calls, and closes a storage that was opened for them.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _http?.Dispose();
        if (_here is not null)
        {
            await _here.DisposeAsync();
        }

        if (_ownsStorage)
        {
            await _services!.DisposeAsync();
            await Storage!.DisposeAsync();
        }
    }

    private static async Task<CalledService> OverAsync(
        HostSettings settings, LocalStorage storage, bool ownsStorage, ServiceProvider services, CancellationToken cancellationToken)
    {
        // Ignores the usual configuration of web servers: no variables, no watched settings files, no developer pages.
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "medqa", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseTestServer();
        var here = builder.Build();
        here.UseRouting();

        // Local files may have any size and name, and the command reports faults itself.
        here.MapApi(Api.Of(services) with
        {
            SaveAsync = storage.SaveAsync,
            Stopping = here.Lifetime.ApplicationStopping,
            ThrowsFaults = true,
            Limits = new ApiLimits { MaxUploadBytes = long.MaxValue, TakesAnyName = true },
        });
        await here.StartAsync(cancellationToken);
        var http = here.GetTestClient();
        http.Timeout = Timeout.InfiniteTimeSpan;
        var client = new MedQAClient(new MedQAClientOptions { Endpoint = http.BaseAddress! }, http);
        return new CalledService(settings, client, storage, ownsStorage, services, here, http);
    }
}
