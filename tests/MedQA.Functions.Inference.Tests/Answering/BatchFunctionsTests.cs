using MedQA.Evaluation;
using MedQA.Functions.Inference.Answering;
using MedQA.Functions.Inference.Settings;
using MedQA.Inference.Sessions;
using MedQA.Pipeline;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Functions.Inference.Tests.Answering;

public sealed class BatchFunctionsTests
{
    private static readonly string Message = new BatchMessage { Run = "aaaaaaaaaaaaaaaa", Batch = BatchId.First(0).ToString() }.ToText();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_app_is_ready_once_its_model_is_loaded()
    {
        var loaded = new LoadedWorker();
        var health = new HealthFunctions(loaded);
        Assert.Equal(503, StatusOf(health));

        using var loading = Loading(loaded, fingerprint: null);
        await loading.StartAsync(Cancel);
        await loaded.GetAsync(Cancel);

        Assert.Equal(200, StatusOf(health));
        Assert.Equal("reasoner", loaded.Model!.Name);
        await loading.StopAsync(Cancel);
    }

    [Fact]
    public async Task Another_model_than_the_settings_name_is_refused()
    {
        var loaded = new LoadedWorker();
        using var loading = Loading(loaded, fingerprint: new string('0', 64));
        await loading.StartAsync(Cancel);

        var fault = await Assert.ThrowsAsync<InputException>(() => loading.ExecuteTask!);

        Assert.Contains("Model__Fingerprint", fault.Message, StringComparison.Ordinal);
        Assert.Null(loaded.Model);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_thrown_back()
    {
        using var host = new Lifetime();
        var functions = new BatchFunctions(new LoadedWorker(), host, NullLogger<BatchFunctions>.Instance);
        await Assert.ThrowsAsync<FormatException>(() => functions.OnBatch("nonsense", Cancel));
        await new LoadedWorker().IdleAsync(Cancel);
    }

    [Fact]
    public async Task A_message_waits_for_the_model_and_is_completed_where_the_app_stops_before()
    {
        using var host = new Lifetime();
        var loaded = new LoadedWorker();
        var answering = new BatchFunctions(loaded, host, NullLogger<BatchFunctions>.Instance).OnBatch(Message, Cancel);
        var idle = loaded.IdleAsync(Cancel);
        Assert.False(answering.IsCompleted);
        Assert.False(idle.IsCompleted);

        host.StopApplication();
        await idle;

        await answering;
        Assert.True(answering.IsCompletedSuccessfully);
    }

    private static int StatusOf(HealthFunctions health) => Assert.IsAssignableFrom<IStatusCodeHttpResult>(health.GetHealth(new DefaultHttpContext().Request)).StatusCode ?? 200;

    private static ModelLoading Loading(LoadedWorker loaded, string? fingerprint) => new(
        new InferenceSettings
        {
            ModelFolder = Repository.PathOf("models", "reasoner"),
            Model = new ModelOptions { Provider = ExecutionProvider.Cpu, Threads = 1 },
            Fingerprint = fingerprint,
            Worker = new WorkerOptions(),
        },
        loaded,
        TimeProvider.System,
        NullLogger<ModelLoading>.Instance,
        NullLoggerFactory.Instance,
        new ServiceCollection()
            .AddLogging()
            .AddMedQAPipeline(StorageConnection.Open("UseDevelopmentStorage=true"), new PipelineOptions())
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
