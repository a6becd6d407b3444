using MedQA.Functions.Inference.Answering;
using Microsoft.Azure.WebJobs;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>The inference app's trigger as the Functions host calls it; see <see cref="ControlTriggers"/>.</summary>
public sealed class InferenceTriggers(BatchFunctions batches)
{
    [FunctionName(nameof(OnBatch))]
    public Task OnBatch(
        [QueueTrigger("question-batches", Connection = "MedQAData")] string message, CancellationToken cancellationToken) =>
        batches.OnBatch(message, cancellationToken);
}
