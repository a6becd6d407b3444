using Azure.Storage.Blobs;
using MedQA.Functions.Advancing;
using MedQA.Functions.Hosting;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Uploading;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Uploading;

/// <summary>
/// Uploads become runs. Where the events come from is chosen by turning functions off (<c>AzureWebJobs_NAME_Disabled</c>), since a
/// trigger's source is fixed when it is compiled: exactly one of <see cref="OnBlobEvent"/>, <see cref="OnBlobFound"/> and
/// <see cref="OnUploadMessage"/> is meant to be on. Several are safe: the same upload is the same run.
/// </summary>
public sealed class UploadFunctions(QuestionSetSplitter splitter, PoisonUploadHandler poisoned, RunSignals wakeUps)
{
    /// <summary>Event Grid has called the blob extension's webhook: for Azure.</summary>
    [Function(nameof(OnBlobEvent))]
    public Task OnBlobEvent(
        [BlobTrigger("question-sets/{name}", Source = BlobTriggerSource.EventGrid, Connection = DataStorage.Connection)] BlobClient blob,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        SplitAsync(blob, client, cancellationToken);

    /// <summary>The container was looked through: for the storage emulator, which sends no events.</summary>
    [Function(nameof(OnBlobFound))]
    public Task OnBlobFound(
        [BlobTrigger("question-sets/{name}", Connection = DataStorage.Connection)] BlobClient blob,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        SplitAsync(blob, client, cancellationToken);

    /// <summary>Event Grid has put an event into the queue by its identity: for a storage account that is closed to the network.</summary>
    [Function(nameof(OnUploadMessage))]
    public async Task OnUploadMessage(
        [QueueTrigger("uploads", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await DriveAsync((await splitter.OnUploadAsync(UploadEvent.Parse(message), cancellationToken)).Run, client, cancellationToken);

    /// <summary>An event of the queue was tried too often.</summary>
    [Function(nameof(OnUploadPoison))]
    public async Task OnUploadPoison(
        [QueueTrigger("uploads-poison", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await DriveAsync(await poisoned.TakeAsync(message, cancellationToken), client, cancellationToken);

    /// <summary>A blob trigger has tried an upload too often.</summary>
    [Function(nameof(OnBlobPoison))]
    public async Task OnBlobPoison(
        [QueueTrigger("webjobs-blobtrigger-poison", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await DriveAsync(await poisoned.TakeAsync(message, cancellationToken), client, cancellationToken);

    private async Task SplitAsync(BlobClient blob, DurableTaskClient client, CancellationToken cancellationToken) =>
        await DriveAsync(
            (await splitter.OnUploadAsync(new UploadEvent(blob.Name, ETag: null), cancellationToken)).Run, client, cancellationToken);

    /// <summary>
    /// Events come twice, late, and for uploads over HTTP too: an orchestration starts only where a step leaves something to do.
    /// </summary>
    private async Task DriveAsync(RunId? run, DurableTaskClient client, CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(
            run is { } known ? await wakeUps.StepAsync(known, cancellationToken) : null, cancellationToken);
}
