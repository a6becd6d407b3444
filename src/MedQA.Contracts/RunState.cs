namespace MedQA.Contracts;

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Split; no batch has been started.</summary>
    Queued,

    /// <summary>Batches are being answered.</summary>
    Running,

    /// <summary>Nothing can go on until something outside changes; <see cref="RunResource.Reason"/> says what.</summary>
    Waiting,

    /// <summary>Every question that can be asked has an answer.</summary>
    Completed,

    /// <summary>Every question was tried, and infrastructure failed to answer some; a retry tries those again.</summary>
    CompletedWithFailures,

    /// <summary>Stopped on request; a retry goes on with what is missing.</summary>
    Cancelled,

    /// <summary>The question set holds no question that can be used; <see cref="RunResource.Reason"/> says why.</summary>
    Rejected,

    /// <summary>The run cannot end; <see cref="RunResource.Reason"/> says why.</summary>
    Failed,

    /// <summary>Being deleted.</summary>
    Deleting,
}

/// <summary>What follows from a run's state.</summary>
public static class RunStates
{
    /// <summary>Whether nothing happens any more unless somebody asks for it.</summary>
    public static bool IsFinal(this RunState state) =>
        state is RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled or RunState.Rejected or RunState.Failed;

    /// <summary>
    /// Whether figures on the run's answers can still change, because not every question was tried: it goes on, was cancelled or could not
    /// end.
    /// </summary>
    public static bool IsProvisional(this RunState state) =>
        state is not (RunState.Completed or RunState.CompletedWithFailures or RunState.Rejected);
}
