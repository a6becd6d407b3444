using System.Text.Json;
using Azure.Storage.Blobs;
using MedQA.Functions.Advancing;
using MedQA.Functions.Uploading;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.DurableTask.Worker.Grpc;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>
/// The control app's functions as the Functions host calls them: the host's own triggers pass what they have to the app's classes. In
/// Azure a process boundary lies between the two.
/// <see cref="TriggerTests"/> compares the triggers with the app's.
/// </summary>
public sealed class ControlTriggers(UploadFunctions uploads, AdvanceFunctions advance, DurableClients clients, OrchestrationSteps steps)
{
    [FunctionName(nameof(OnBlobFound))]
    public Task OnBlobFound(
        [BlobTrigger("question-sets/{name}", Connection = "MedQAData")] BlobClient blob,
        [DurableClient] string client,
        CancellationToken cancellationToken) =>
        uploads.OnBlobFound(blob, clients.Of(client), cancellationToken);

    [FunctionName(nameof(OnUploadMessage))]
    public Task OnUploadMessage(
        [QueueTrigger("uploads", Connection = "MedQAData")] string message,
        [DurableClient] string client,
        CancellationToken cancellationToken) =>
        uploads.OnUploadMessage(message, clients.Of(client), cancellationToken);

    [FunctionName(nameof(OnAdvance))]
    public Task OnAdvance(
        [QueueTrigger("advance", Connection = "MedQAData")] string message,
        [DurableClient] string client,
        CancellationToken cancellationToken) =>
        advance.OnAdvance(message, clients.Of(client), cancellationToken);

    [FunctionName(nameof(OnBatchPoison))]
    public Task OnBatchPoison(
        [QueueTrigger("question-batches-poison", Connection = "MedQAData")] string message,
        [DurableClient] string client,
        CancellationToken cancellationToken) =>
        advance.OnBatchPoison(message, clients.Of(client), cancellationToken);

    /// <summary>What goes to an isolated worker is JSON.</summary>
    [FunctionName("Advance")]
    public Task<RunStep> AdvanceAsync([ActivityTrigger] string run, CancellationToken cancellationToken)
    {
        steps.Add();
        return advance.AdvanceAsync(JsonSerializer.Deserialize<string>(run)!, cancellationToken);
    }

    /// <summary>
    /// The history goes to the orchestrator, and its decisions come back, in the form in which an isolated worker exchanges them with the
    /// host.
    /// </summary>
    [FunctionName(RunOrchestrator.Name)]
    public string Orchestrate([OrchestrationTrigger] string history)
    {
        ArgumentException.ThrowIfNullOrEmpty(history);
        return GrpcOrchestrationRunner.LoadAndRun<object, object?>(history, static async (context, _) =>
        {
            await RunOrchestrator.RunAsync(context);
            return null;
        });
    }
}
