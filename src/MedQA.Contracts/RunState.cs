namespace MedQA.Contracts;

/// <summary>The state of a run.</summary>
public enum RunState
{
    /// <summary>Split into batches; none has been started.</summary>
    Queued,

    /// <summary>Batches are being answered.</summary>
    Running,

    /// <summary>Blocked until an external condition changes; <see cref="RunResource.Reason"/> says what.</summary>
    Waiting,

    /// <summary>Every question that can be asked has an answer.</summary>
    Completed,

    /// <summary>Every question was tried, and some failed because of infrastructure; a retry tries those again.</summary>
    CompletedWithFailures,

    /// <summary>Stopped on request; a retry resumes it.</summary>
    Cancelled,

    /// <summary>The question set has no usable questions; <see cref="RunResource.Reason"/> says why.</summary>
    Rejected,

    /// <summary>The run cannot be completed; <see cref="RunResource.Reason"/> says why.</summary>
    Failed,

    /// <summary>Being deleted.</summary>
    Deleting,
}

/// <summary>Properties of run states.</summary>
public static class RunStates
{
    /// <summary>Whether the run has ended: nothing more happens without a new request.</summary>
    public static bool IsFinal(this RunState state) =>
        state is RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled or RunState.Rejected or RunState.Failed;

    /// <summary>
    /// Whether the run's figures can still change because some questions were not tried: it is in progress, was cancelled or failed.
    /// </summary>
    public static bool IsProvisional(this RunState state) =>
        state is not (RunState.Completed or RunState.CompletedWithFailures or RunState.Rejected);
}
