namespace MedQA.Contracts;

/// <summary>An action requested for a run.</summary>
public enum RequestedAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Stop answering and keep the answers.</summary>
    Cancel,

    /// <summary>Retry the failed questions, or resume a cancelled run.</summary>
    Retry,

    /// <summary>Delete everything that the run wrote.</summary>
    Delete,

    /// <summary>Resume a run that waits because it exceeds the limits or the rest of the day's budget.</summary>
    Approve,
}
