namespace MedQA.Pipeline.Signalling;

/// <summary>
/// The wake-ups that the parts of the pipeline give each other where they share a process. Nothing depends on them but speed.
/// </summary>
public sealed class PipelineSignals
{
    /// <summary>Messages were sent to <c>question-batches</c>.</summary>
    public Signal BatchesSent { get; } = new();

    /// <summary>A run was made or asked for something, or one of its batches has ended.</summary>
    public Signal RunsChanged { get; } = new();

    /// <summary>The row of a run, any run, was written by this process: those who watch runs look again.</summary>
    public Broadcast RunWritten { get; } = new();
}
