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
/// Turns uploads into runs. The source of events is chosen by disabling functions (<c>AzureWebJobs_NAME_Disabled</c>), since a
/// trigger's source is fixed at compile time: exactly one of <see cref="OnBlobEvent"/>, <see cref="OnBlobFound"/> and
/// <see cref="OnUploadMessage"/> should be enabled. Several are safe, because the same upload gives the same run.
/// </summary>
public sealed class UploadFunctions(QuestionSetSplitter splitter, PoisonUploadHandler poisoned, RunSignals wakeUps)
{
    /// <summary>Handles an Event Grid call of the blob extension's webhook, in Azure.</summary>
    [Function(nameof(OnBlobEvent))]
    public Task OnBlobEvent(
        [BlobTrigger("question-sets/{name}", Source = BlobTriggerSource.EventGrid, Connection = DataStorage.Connection)] BlobClient blob,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        SplitAsync(blob, client, cancellationToken);

    /// <summary>Handles a blob found by polling, with the storage emulator, which sends no events.</summary>
    [Function(nameof(OnBlobFound))]
    public Task OnBlobFound(
        [BlobTrigger("question-sets/{name}", Connection = DataStorage.Connection)] BlobClient blob,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        SplitAsync(blob, client, cancellationToken);

    /// <summary>Handles an event that Event Grid has queued by its identity, for a storage account closed to the network.</summary>
    [Function(nameof(OnUploadMessage))]
    public async Task OnUploadMessage(
        [QueueTrigger("uploads", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await DriveAsync((await splitter.OnUploadAsync(UploadEvent.Parse(message), cancellationToken)).Run, client, cancellationToken);

    /// <summary>Handles a queued event that failed repeatedly.</summary>
    [Function(nameof(OnUploadPoison))]
    public async Task OnUploadPoison(
        [QueueTrigger("uploads-poison", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await DriveAsync(await poisoned.TakeAsync(message, cancellationToken), client, cancellationToken);

    /// <summary>Handles an upload for which a blob trigger failed repeatedly.</summary>
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
    /// Events can be duplicate, late, or for uploads over HTTP: an orchestration starts only if a step leaves something to do.
    /// </summary>
    private async Task DriveAsync(RunId? run, DurableTaskClient client, CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(
            run is { } known ? await wakeUps.StepAsync(known, cancellationToken) : null, cancellationToken);
}
