using Azure.Core;
using Azure.Core.Pipeline;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Storage;

/// <summary>Counts the calls of storage that are made once more.</summary>
internal sealed class RetryCounting : HttpPipelineSynchronousPolicy
{
    /// <inheritdoc/>
    public override void OnSendingRequest(HttpMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.ProcessingContext.RetryNumber > 0)
        {
            PipelineMetrics.StorageRetried(message.Request.Uri.Host ?? "");
        }
    }
}
