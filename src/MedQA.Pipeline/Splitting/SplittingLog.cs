using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Splitting;

/// <summary>What is said of uploads: events 1200 to 1299.</summary>
internal static partial class SplittingLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Upload {Blob} is left alone: no address can name a blob with a part '.' or '..' in its name. "
        + "Upload it under another name.")]
    public static partial void UploadUnnameable(this ILogger logger, string blob);

    [LoggerMessage(1201, LogLevel.Information, "Upload {Blob} {Result} as run {Run}.")]
    public static partial void UploadHandled(this ILogger logger, string blob, SplitResult result, RunId? run);

    [LoggerMessage(1202, LogLevel.Information, "Upload {Blob} is not there any more as the event says.")]
    public static partial void UploadGone(this ILogger logger, string blob);

    [LoggerMessage(1203, LogLevel.Error, "A poison message of {Length} characters speaks of no upload and is dropped.")]
    public static partial void PoisonDropped(this ILogger logger, int length);

    [LoggerMessage(1204, LogLevel.Error, "Upload {Blob} was tried too often and cannot be split; its run says why. {Fault}")]
    public static partial void UploadPoisoned(this ILogger logger, string blob, string fault);
}
