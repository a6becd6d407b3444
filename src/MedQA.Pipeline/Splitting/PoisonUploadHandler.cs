using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Handles uploads that failed repeatedly and never became a run. Each is tried once more, since the obstacle may be removed;
/// if it fails again, a failed run tells the uploader.
/// </summary>
public sealed class PoisonUploadHandler
{
    private readonly QuestionSetSplitter _splitter;
    private readonly ILogger _logger;

    /// <summary>Uses the splitter that has failed.</summary>
    public PoisonUploadHandler(QuestionSetSplitter splitter, ILogger<PoisonUploadHandler> logger)
    {
        ArgumentNullException.ThrowIfNull(splitter);
        (_splitter, _logger) = (splitter, logger);
    }

    /// <summary>Takes a message of <c>uploads-poison</c> or <c>webjobs-blobtrigger-poison</c>.</summary>
    /// <returns>The run that now resumes, or <see langword="null"/> for none.</returns>
    /// <exception cref="Exception">The storage stayed unreachable: the message should come back.</exception>
    public async Task<RunId?> TakeAsync(string message, CancellationToken cancellationToken)
    {
        if (!UploadEvent.TryParse(message, out var upload))
        {
            _logger.PoisonDropped(message.Length);
            return null;
        }

        try
        {
            return (await _splitter.OnUploadAsync(upload, cancellationToken)).Run;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !exception.IsOfStorage())
        {
            _logger.UploadPoisoned(upload.BlobName, FaultText.Of(exception));
            await _splitter.RecordFailureAsync(upload, exception, cancellationToken);
            return null;
        }
    }
}
