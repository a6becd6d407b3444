using MedQA.Pipeline.Runs;
using Microsoft.Extensions.Logging;

namespace MedQA.Functions.Inference.Answering;

/// <summary>Log messages of the inference app: events 2000 to 2099.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(2000, LogLevel.Information, "Model {Name} was loaded in {Seconds:0.0} s. The control app needs the settings "
        + "Model__Fingerprint={Fingerprint}, Model__ContextLength={ContextLength}, Model__HasChatTemplate={HasChatTemplate}, "
        + "Model__GivesEmbeddings={GivesEmbeddings}.")]
    public static partial void ModelLoaded(
        this ILogger logger,
        string name,
        double seconds,
        string fingerprint,
        int contextLength,
        bool hasChatTemplate,
        bool givesEmbeddings);

    [LoggerMessage(2001, LogLevel.Information, "Batch {Batch} of run {Run} was given back: the app stops before its model is loaded.")]
    public static partial void BatchLeft(this ILogger logger, string? batch, string run);

    [LoggerMessage(2002, LogLevel.Information, "Batch {Batch} of run {Run}: {Outcome}.")]
    public static partial void BatchEnded(this ILogger logger, string? batch, string run, BatchOutcome outcome);
}
