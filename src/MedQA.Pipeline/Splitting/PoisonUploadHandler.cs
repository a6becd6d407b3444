using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Takes the uploads that were tried too often and never became a run. Each is tried once more, since what was in the way may be gone;
/// where it fails again, a failed run says so to whoever uploaded it.
/// </summary>
public sealed class PoisonUploadHandler
{
    private readonly QuestionSetSplitter _splitter;
    private readonly ILogger _logger;

    /// <summary>Uses the splitter that has failed.</summary>
    public PoisonUploadHandler(QuestionSetSplitter splitter, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(splitter);
        (_splitter, _logger) = (splitter, logger);
    }

    /// <summary>Takes a message of <c>uploads-poison</c> or <c>webjobs-blobtrigger-poison</c>.</summary>
    /// <returns>The run that goes on now, or <see langword="null"/> where none does.</returns>
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
