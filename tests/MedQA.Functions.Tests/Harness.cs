using MedQA.Evaluation.LanguageModels;
using MedQA.Functions.Advancing;
using MedQA.Functions.Http;
using MedQA.Functions.Settings;
using MedQA.Pipeline;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Web.Access;
using MedQA.Web.Routing;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedQA.Functions.Tests;

/// <summary>The control app's parts over an account, with orchestrations that run in this process.</summary>
internal sealed class Harness : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DurableTaskTestHost _durable;

    private Harness(RunStorage storage, ServiceProvider services, DurableTaskTestHost durable)
    {
        Storage = storage;
        _services = services;
        _durable = durable;
    }

    public static ModelDescription Model { get; } = new() { Name = "tests", Fingerprint = new string('a', 64), EngineFingerprint = "", ContextLength = 8192, HasChatTemplate = true };

    public RunStorage Storage { get; }

    public DurableTaskClient Client => _durable.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts it on an account of its own.</summary>
    public static async Task<Harness> StartAsync(string connectionString)
    {
        var storage = StorageConnection.Open(connectionString);
        await storage.EnsureCreatedAsync(Cancel);
        var services = ServicesOver(storage);
        var advance = services.GetRequiredService<AdvanceFunctions>();
        var durable = await DurableHost.StartAsync(registry =>
        {
            registry.AddOrchestratorFunc(RunOrchestrator.Name, RunOrchestrator.RunAsync);
            registry.AddActivityFunc<string, RunStep>(AdvanceFunctions.Step, (_, run) => advance.AdvanceAsync(run, CancellationToken.None));
        });
        return new Harness(storage, services, durable);
    }

    /// <summary>The interface over a storage that nobody asks.</summary>
    public static GuardedApi GuardedApi() => ServicesOver(StorageConnection.Open("UseDevelopmentStorage=true")).GetRequiredService<GuardedApi>();

    /// <summary>A part of the app.</summary>
    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _durable.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static ServiceProvider ServicesOver(RunStorage storage) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IHostApplicationLifetime, Lifetime>()
        .AddControl(storage, new ControlSettings
        {
            Pipeline = new PipelineOptions { Model = Model, Split = new SplitOptions { DefaultProfile = "few-shot", BatchSize = 2 } },
            Access = new AccessOptions { Mode = AccessMode.Anyone },
        })
        .AddSingleton<AdvanceFunctions>()
        .AddSingleton<RetentionFunctions>()
        .AddSingleton<Uploading.UploadFunctions>()
        .AddSingleton<ApiFunctions>()
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException("Nothing here stops the app.");
    }
}
