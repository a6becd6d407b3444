using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class RunLoopTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_by_any_tool_becomes_a_report_and_is_handled_once_over_restarts()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        await bench.UploadAsync("cases.csv", Bench.Csv(5));
        await storage.BatchQueue.SendMessageAsync("this is no message", Cancel);
        var run = await RunUntilAsync(storage, bench.Model, static runs => runs is [{ State: RunState.Completed }]);
        Assert.Equal(5, bench.Model.Asked.Values.Sum());

        // Another model makes another run of the same upload, but the upload is not a new one.
        var second = new ScriptedModel("another model");
        await bench.UploadAsync("new.csv", Bench.Csv(2));
        var runs = await RunUntilAsync(storage, second, static runs => runs is [{ State: RunState.Completed, Name: "new.csv" }, ..]);

        Assert.Equal(["new.csv", "cases.csv"], runs.Select(static run => run.Name));
        Assert.Equal(2, second.Asked.Values.Sum());
        Assert.Equal(run[0] with { Run = runs[1].Run }, runs[1]);
        Assert.Single((await storage.BatchPoisonQueue.PeekMessagesAsync(10, Cancel)).Value);
        Assert.Empty((await storage.BatchQueue.PeekMessagesAsync(10, Cancel)).Value);
    }

    private static async Task<IReadOnlyList<RunSummary>> RunUntilAsync(RunStorage storage, ScriptedModel model, Predicate<IReadOnlyList<RunSummary>> reached)
    {
        var signals = new PipelineSignals();
        var bench = new Bench(storage, model);
        var loop = new RunLoop(storage, new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance, signals), bench.Splitter, TimeProvider.System, NullLogger<RunLoop>.Instance, signals);
        var worker = new BatchWorker(storage, model, new WorkerOptions(), TimeProvider.System, NullLogger<BatchWorker>.Instance, signals);
        var reader = new BatchQueueReader(storage, worker, TimeProvider.System, NullLogger<BatchQueueReader>.Instance, signals);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stopping.CancelAfter(TimeSpan.FromMinutes(1));
        var running = Task.WhenAll(loop.RunAsync(stopping.Token), reader.RunAsync(stopping.Token));
        IReadOnlyList<RunSummary> runs = [];
        while (!stopping.IsCancellationRequested && !reached(runs))
        {
            // Looked at from outside, as a person does.
            await Task.Delay(100, Cancel);
            runs = (await bench.Reader.ListAsync(null, 10, Cancel)).Runs;
        }

        await stopping.CancelAsync();
        await running;
        Assert.True(reached(runs), string.Join('\n', runs));
        return runs;
    }
}
