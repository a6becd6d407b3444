using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>A small run, whose every call to storage is in turn the last of its process, or has its answer lost.</summary>
public sealed class CrashTests(AzuriteFixture azurite)
{
    private const int Questions = 3;

    // The same worker before and after the kill, as a host with a lock on its data folder makes sure.
    private static readonly WorkerOptions Worker = new() { Name = "this machine", Identity = Guid.Parse("6f0c7b1e-5a55-4c12-9f2b-0a6d1f5f7c11") };
    private static readonly AdvanceOptions Advance = new() { OwnWorker = Worker.Name };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_after_any_call_a_run_goes_on_at_once_to_the_same_report_and_asks_no_answered_question_again()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var (undisturbed, calls) = await RunAsync(prefix, "undisturbed.csv", new StorageFaults());

        foreach (var call in Enumerable.Range(1, calls).Where(LongFactAttribute.Takes))
        {
            var blob = string.Create(CultureInfo.InvariantCulture, $"killed-{call}.csv");
            var faults = new StorageFaults { KillAfter = call };
            var model = new ScriptedModel();
            var source = await UploadAsync(storage, blob);
            await Assert.ThrowsAnyAsync<Exception>(() => CompleteAsync(BenchOver(azurite.Open(prefix, faults.Configure), model), blob, source));
            Assert.True(faults.Killed);

            var bench = BenchOver(storage, model);
            var summary = await CompleteAsync(bench, blob, source);

            Assert.True(summary.State == RunState.Completed, $"Killed after call {call}: {summary}");
            Assert.True(undisturbed == await bench.ReportAsync(summary.Run), $"Killed after call {call}: the report differs.");
            Assert.True(model.Asked.Count == Questions && model.Asked.Values.Sum() <= Questions + 1, $"Killed after call {call}: asked {model.Asked.Values.Sum()} times.");
            await storage.BatchQueue.ClearMessagesAsync(Cancel);
        }
    }

    [LongFact]
    public async Task With_the_answer_of_any_call_lost_a_run_comes_to_the_same_report_and_asks_every_question_once()
    {
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var (undisturbed, calls) = await RunAsync(prefix, "undisturbed.csv", new StorageFaults());

        for (var call = 1; call <= calls; call++)
        {
            var model = new ScriptedModel();
            var faults = new StorageFaults { LoseAnswerOf = call };
            var blob = string.Create(CultureInfo.InvariantCulture, $"lost-{call}.csv");
            var bench = BenchOver(azurite.Open(prefix, faults.Configure), model);
            var summary = await CompleteAsync(bench, blob, await UploadAsync(storage, blob));

            Assert.True(summary.State == RunState.Completed, $"Answer {call} lost: {summary}");
            Assert.True(undisturbed == await bench.ReportAsync(summary.Run), $"Answer {call} lost: the report differs.");
            Assert.True(model.Asked.Values.Sum() == Questions, $"Answer {call} lost: asked {model.Asked.Values.Sum()} times.");
            await storage.BatchQueue.ClearMessagesAsync(Cancel);
        }
    }

    private static Bench BenchOver(RunStorage storage, ScriptedModel model) => new(storage, model, worker: Worker, advance: Advance);

    private static async Task<ETag> UploadAsync(RunStorage storage, string blob)
    {
        var options = new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["name"] = "cases.csv" } };
        return (await storage.QuestionSets.GetBlobClient(blob).UploadAsync(BinaryData.FromString(Bench.Csv(Questions)), options, Cancel)).Value.ETag;
    }

    private static async Task<RunSummary> CompleteAsync(Bench bench, string blob, ETag etag)
    {
        var outcome = await bench.Splitter.OnUploadAsync(blob, etag, Cancel);
        Assert.True(outcome.Result is SplitResult.Created or SplitResult.Known, $"{blob}: {outcome}");
        return await bench.CompleteAsync(outcome.Run!.Value);
    }

    private async Task<(string Report, int Calls)> RunAsync(string prefix, string blob, StorageFaults faults)
    {
        var storage = azurite.Open(prefix, faults.Configure);
        var bench = BenchOver(storage, new ScriptedModel());
        var etag = await UploadAsync(azurite.Open(prefix), blob);
        var summary = await CompleteAsync(bench, blob, etag);
        var calls = faults.Calls;
        return (await bench.ReportAsync(summary.Run), calls);
    }
}
