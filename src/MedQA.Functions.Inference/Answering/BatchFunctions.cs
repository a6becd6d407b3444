using MedQA.Functions.Hosting;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedQA.Functions.Inference.Answering;

/// <summary>Answers batches.</summary>
public sealed class BatchFunctions(LoadedWorker loaded, IHostApplicationLifetime host, ILogger<BatchFunctions> logger)
{
    /// <summary>
    /// Answers the batch of a message. It fails only if the storage stays unreachable or the message is unreadable; the message then
    /// reappears and eventually goes to the poison queue. While it runs, the host keeps the message invisible;
    /// if that fails, the batch's lease protects the work.
    /// </summary>
    [Function(nameof(OnBatch))]
    public Task OnBatch(
        [QueueTrigger("question-batches", Connection = DataStorage.Connection)] string message, CancellationToken cancellationToken) =>
        loaded.RunAsync(() => AnswerAsync(message, cancellationToken));

    private async Task AnswerAsync(string message, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.ApplicationStopping);
        var batch = BatchMessage.Parse(message);
        BatchWorker worker;
        try
        {
            worker = await loaded.GetAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // No worker has started the batch, so it will be sent again.
            logger.BatchLeft(batch.Batch, batch.Run);
            return;
        }

        var outcome = await worker.AnswerAsync(batch, stopping.Token);
        logger.BatchEnded(batch.Batch, batch.Run, outcome);
    }
}
