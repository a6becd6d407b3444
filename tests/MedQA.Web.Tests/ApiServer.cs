using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Core;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Annotating;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Uploading;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Web.Tests;

/// <summary>The HTTP interface with the whole pipeline behind it, on an account of its own.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WebApplication _application;
    private readonly Task _working;

    private ApiServer(WebApplication application, RunStorage storage, ScriptedModel model, Func<CancellationToken, Task>[] loops)
    {
        _application = application;
        Storage = storage;
        Model = model;
        Client = application.Urls.FirstOrDefault() is { } address ? new HttpClient { BaseAddress = new Uri(address) } : application.GetTestClient();
        _working = Task.WhenAll(loops.Select(loop => Task.Run(() => loop(_stop.Token))));
    }

    public HttpClient Client { get; }

    public RunStorage Storage { get; }

    /// <summary>The account, for another process over it.</summary>
    public string ConnectionString { get; private init; } = "";

    public ScriptedModel Model { get; }

    /// <summary>What the interface keeps of ended runs.</summary>
    public ResultCache Results { get; private init; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The interface with everything behind it; in memory, or where <paramref name="onNetwork"/> says so, on the web server that hosts have.</summary>
    public static async Task<ApiServer> StartAsync(
        string connectionString,
        ApiLimits? limits = null,
        bool held = false,
        TimeProvider? time = null,
        string? profiles = null,
        RandomNumberGenerator? random = null,
        bool onNetwork = false,
        Action<ClientOptions>? configure = null,
        ILoggerProvider? log = null,
        NoticeOptions? notices = null)
    {
        var storage = StorageConnection.Open(connectionString, configure: configure);
        await storage.EnsureCreatedAsync(Cancel);
        var model = new ScriptedModel();
        if (!held)
        {
            model.Go.SetResult();
        }

        var signals = new PipelineSignals();
        var api = ApiOver(storage, model, limits ?? new ApiLimits(), signals, profiles) with { Time = time ?? TimeProvider.System };
        api = notices is null ? api : api with { Notices = notices };
        api = random is null ? api : api with { Random = random };
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance, signals,
            notices: notices, sender: notices is null ? null : new NoticeSender(notices, TimeProvider.System));
        var loop = new RunLoop(storage, advancer, api.Splitter, TimeProvider.System, NullLogger<RunLoop>.Instance, signals);
        var worker = new BatchWorker(storage, model, new WorkerOptions(), TimeProvider.System, NullLogger<BatchWorker>.Instance, signals);
        var queue = new BatchQueueReader(storage, worker, TimeProvider.System, NullLogger<BatchQueueReader>.Instance, signals);

        return new ApiServer(await ServeAsync(api, onNetwork, log), storage, model,
            [loop.RunAsync, queue.RunAsync]) { ConnectionString = connectionString, Results = api.Results };
    }

    /// <summary>What handlers work with, over a storage.</summary>
    public static Api ApiOver(
        RunStorage storage,
        ScriptedModel model,
        ApiLimits limits,
        PipelineSignals? signals = null,
        string? profileFolder = null,
        BudgetLedger? ledger = null)
    {
        signals ??= new PipelineSignals();
        var profiles = new ProfileCatalog(new ProfileFolder(profileFolder), new ProfileStore(storage));
        var results = new ResultCache();
        return new Api
        {
            Reader = new RunReader(storage, cache: results),
            Results = results,
            Control = new RunControl(storage, TimeProvider.System, signals),
            Annotations = new RunAnnotations(storage, signals),
            Studies = new StudyStore(storage, TimeProvider.System),
            Uploads = new QuestionSetUploads(storage, TimeProvider.System, ledger),
            Splitter = new QuestionSetSplitter(
                storage,
                profiles,
                model.Description,
                new SplitOptions(),
                TimeProvider.System,
                NullLogger<QuestionSetSplitter>.Instance,
                signals,
                ledger: ledger,
                countTokens: model.CountTokens),
            Ledger = ledger,
            Profiles = profiles,
            Models = [model.Description],
            Limits = limits,
            Signals = signals,
        };
    }

    /// <summary>The interface of another process over the account, in which nothing works on runs.</summary>
    public static async Task<ApiServer> StartReaderAsync(string connectionString, Action<ClientOptions>? configure = null)
    {
        var storage = StorageConnection.Open(connectionString, configure: configure);
        var model = new ScriptedModel();
        var api = ApiOver(storage, model, new ApiLimits());
        return new ApiServer(await ServeAsync(api), storage, model, []) { Results = api.Results };
    }

    /// <summary>A question set of which B is right for the first part.</summary>
    public static string Questions(int count, int right) =>
        "id,question,option_a,option_b,option_c,answer\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"q{i},What is {i}?,one,two,three,{(i < right ? 'B' : 'C')}\n"));

    /// <summary>The same questions, two and two of a pair.</summary>
    public static string Paired(string questions) => string.Concat(
        questions.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static (line, at) => $"{line},{(at == 0 ? "pair,group" : $"p{(at - 1) / 2},{(at % 2 == 0 ? "female" : "male")}")}\n"));

    public async Task<(HttpResponseMessage Response, JsonElement Body)> SendAsync(HttpMethod method, string address, string? body = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "text/csv") };
        if (accept is not null)
        {
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        }

        var response = await Client.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return (response, response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json" or "application/vnd.medqa.sections+json" ? JsonElement.Parse(text) : default);
    }

    public Task<(HttpResponseMessage Response, JsonElement Body)> GetAsync(string address, string? accept = null) => SendAsync(HttpMethod.Get, address, accept: accept);

    /// <summary>Starts a run and waits for its end.</summary>
    public async Task<string> FinishedRunAsync(string questions, string parameters = "?profile=few-shot&name=set.csv")
    {
        var (_, started) = await SendAsync(HttpMethod.Post, $"/api/runs{parameters}", questions);
        var run = started.GetProperty("run").GetString()!;
        await UntilAsync(run, "completed");
        return run;
    }

    /// <summary>The interface over a storage that is not there; nothing works behind it.</summary>
    public static async Task<ApiServer> StartWithoutStorageAsync(string connectionString)
    {
        var storage = StorageConnection.Open(connectionString, configure: static options => options.Retry.MaxRetries = 0);
        var model = new ScriptedModel();
        return new ApiServer(await ServeAsync(ApiOver(storage, model, new ApiLimits())), storage, model, []);
    }

    /// <summary>Looks at a run until it is in one of some states; the loops behind the interface have no event for callers of it.</summary>
    public async Task<JsonElement> UntilAsync(string run, params string[] states)
    {
        // A run that came to another end would be waited for forever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var (_, body) = await GetAsync($"/api/runs/{run}");
            if (states.Contains(body.GetProperty("state").GetString()))
            {
                return body;
            }

            if (_working.IsFaulted)
            {
                await _working;
            }

            Assert.False(limit.IsCancellationRequested, $"The run is not {string.Join(" or ", states)}: {body}");
            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private static async Task<WebApplication> ServeAsync(Api api, bool onNetwork = false, ILoggerProvider? log = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        }

        if (onNetwork)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        var application = builder.Build();
        application.MapApi(api);
        await application.StartAsync(Cancel);
        return application;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _working;
        }
        catch (OperationCanceledException)
        {
            // The loops were told to stop.
        }

        await _application.DisposeAsync();
        _stop.Dispose();
    }
}
