using System.Text;
using Azure.Storage.Blobs;
using MedQA.Functions.Advancing;
using MedQA.Functions.Uploading;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Tests.Advancing;

/// <summary>The functions as plain classes, over a real storage emulator and orchestrations in this process; nobody answers, so runs stay queued until they are cancelled.</summary>
public sealed class DrivenRunTests(AzuriteFixture azurite)
{
    private const string Questions = "id,question,option_a,option_b,answer\nq1,What is one?,first,second,A\nq2,What is two?,first,second,B\nq3,What is three?,first,second,B\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_a_blob_trigger_found_is_split_and_driven_until_its_batches_are_sent()
    {
        await using var app = await Harness.StartAsync(azurite.NewConnectionString());
        var uploads = app.Get<UploadFunctions>();
        var blob = await UploadAsync(app, "few-shot/cases.csv");

        await uploads.OnBlobFound(blob, app.Client, Cancel);
        await uploads.OnBlobEvent(blob, app.Client, Cancel);

        var run = Assert.Single((await app.Get<RunReader>().ListAsync(null, 10, Cancel)).Runs);
        Assert.Equal((3, 2, "few-shot"), (run.Questions, run.Batches, run.Profile));
        await app.Client.WaitForInstanceStartAsync(run.Run.ToString(), Cancel);
        await UntilSentAsync(app, run.Batches);
        Assert.Equal("Queued", (await StatusAsync(app, run.Run))!.State);
    }

    [Fact]
    public async Task An_event_in_the_queue_of_uploads_does_the_same()
    {
        await using var app = await Harness.StartAsync(azurite.NewConnectionString());
        await UploadAsync(app, "cases.csv");
        const string Event = """{"type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/question-sets/blobs/cases.csv","data":{}}""";

        await app.Get<UploadFunctions>().OnUploadMessage(Event, app.Client, Cancel);

        var run = Assert.Single((await app.Get<RunReader>().ListAsync(null, 10, Cancel)).Runs);
        await app.Client.WaitForInstanceStartAsync(run.Run.ToString(), Cancel);
        await Assert.ThrowsAsync<FormatException>(() => app.Get<UploadFunctions>().OnUploadMessage("something else", app.Client, Cancel));
    }

    [Fact]
    public async Task A_run_that_nobody_drives_is_found_by_the_timer()
    {
        await using var app = await Harness.StartAsync(azurite.NewConnectionString());
        await UploadAsync(app, "cases.csv");
        var outcome = await app.Get<Pipeline.Splitting.QuestionSetSplitter>().OnUploadAsync(new Pipeline.Uploading.UploadEvent("cases.csv", ETag: null), Cancel);
        var run = outcome.Run!.Value.ToString();
        Assert.Null(await app.Client.GetInstanceAsync(run, Cancel));

        await app.Get<AdvanceFunctions>().OnTimer(new TimerInfo(), app.Client, Cancel);
        await app.Get<AdvanceFunctions>().OnTimer(new TimerInfo(), app.Client, Cancel);

        Assert.NotNull(await app.Client.WaitForInstanceStartAsync(run, Cancel));
    }

    [Fact]
    public async Task A_wake_up_steps_at_once_and_a_run_that_has_ended_is_not_driven()
    {
        await using var app = await Harness.StartAsync(azurite.NewConnectionString());
        await UploadAsync(app, "cases.csv");
        var run = (await app.Get<Pipeline.Splitting.QuestionSetSplitter>().OnUploadAsync(new Pipeline.Uploading.UploadEvent("cases.csv", ETag: null), Cancel)).Run!.Value;
        await app.Get<Pipeline.Advancing.RunControl>().RequestAsync(run, RequestedAction.Cancel, Cancel);
        var message = new BatchMessage { Run = run.ToString(), Sent = TimeProvider.System.GetUtcNow() };

        await app.Get<AdvanceFunctions>().OnAdvance(Encoding.UTF8.GetString(Convert.FromBase64String(message.ToText())), app.Client, Cancel);

        Assert.Equal(RunState.Cancelled, (await app.Get<RunReader>().GetAsync(run, Cancel))!.State);
        Assert.Null(await app.Client.GetInstanceAsync(run.ToString(), Cancel));
    }

    [Fact]
    public async Task A_poisoned_batch_shows_on_its_run_and_a_poisoned_upload_is_tried_once_more()
    {
        await using var app = await Harness.StartAsync(azurite.NewConnectionString());
        await UploadAsync(app, "cases.csv");

        await app.Get<UploadFunctions>().OnBlobPoison("""{"Type":"BlobTrigger","BlobType":"BlockBlob","ContainerName":"question-sets","BlobName":"cases.csv"}""", app.Client, Cancel);
        var run = Assert.Single((await app.Get<RunReader>().ListAsync(null, 10, Cancel)).Runs).Run;
        await app.Get<AdvanceFunctions>().OnAdvance(new BatchMessage { Run = run.ToString() }.ToText(), app.Client, Cancel);
        await app.Get<AdvanceFunctions>().OnBatchPoison(new BatchMessage { Run = run.ToString(), Batch = BatchId.First(1).ToString() }.ToText(), app.Client, Cancel);

        Assert.Contains("00000001", (await app.Get<RunReader>().GetAsync(run, Cancel))!.Reason, StringComparison.Ordinal);
        Assert.NotNull(await app.Client.WaitForInstanceStartAsync(run.ToString(), Cancel));
    }

    private static async Task<BlobClient> UploadAsync(Harness app, string name)
    {
        var blob = app.Storage.QuestionSets.GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromString(Questions), overwrite: true, Cancel);
        return blob;
    }

    /// <summary>Waits until so many messages lie in the queue of batches; the orchestration has no event for that.</summary>
    private static async Task UntilSentAsync(Harness app, int messages)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await app.Storage.BatchQueue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount != messages)
        {
            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private static async Task<RunStepProgress?> StatusAsync(Harness app, RunId run)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(Cancel))
        {
            if ((await app.Client.GetInstanceAsync(run.ToString(), getInputsAndOutputs: true, Cancel))?.ReadCustomStatusAs<RunStepProgress>() is { } status)
            {
                return status;
            }
        }

        return null;
    }
}
