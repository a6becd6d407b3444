using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Splitting;

/// <summary>Log messages about uploads: events 1200 to 1299.</summary>
internal static partial class SplittingLog
{
    [LoggerMessage(1200, LogLevel.Warning, "Upload {Blob} is ignored: its name has a segment '.' or '..', which no address can express. "
        + "Upload it under another name.")]
    public static partial void UploadUnnameable(this ILogger logger, string blob);

    [LoggerMessage(1201, LogLevel.Information, "Upload {Blob} {Result} as run {Run}.")]
    public static partial void UploadHandled(this ILogger logger, string blob, SplitResult result, RunId? run);

    [LoggerMessage(1202, LogLevel.Information, "Upload {Blob} no longer exists in the version that the event names.")]
    public static partial void UploadGone(this ILogger logger, string blob);

    [LoggerMessage(1203, LogLevel.Error, "A poison message of {Length} characters names no upload and was dropped.")]
    public static partial void PoisonDropped(this ILogger logger, int length);

    [LoggerMessage(1204, LogLevel.Error, "Upload {Blob} could not be split after repeated attempts; its run has the reason. {Fault}")]
    public static partial void UploadPoisoned(this ILogger logger, string blob, string fault);
}
