namespace MedQA.Contracts;

/// <summary>What somebody wants to happen with a run.</summary>
public enum RequestedAction
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Stop answering; what is answered stays.</summary>
    Cancel,

    /// <summary>Try the failed questions again, or go on with a cancelled run.</summary>
    Retry,

    /// <summary>Remove everything that the run has written.</summary>
    Delete,

    /// <summary>Let a run go on that waits because it is larger than the limits, or than what is left of the day's budget.</summary>
    Approve,
}
