using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Splitting;

/// <summary>What became of an upload event.</summary>
public enum SplitResult
{
    /// <summary>A new run.</summary>
    Created,

    /// <summary>The run exists already: the event was repeated.</summary>
    Known,

    /// <summary>Nothing of the upload can be asked; the run's state says why.</summary>
    Rejected,

    /// <summary>The run existed and was deleted: the event does not revive it.</summary>
    Deleted,

    /// <summary>The upload no longer exists, or has changed since; a newer event covers the current version.</summary>
    Gone,

    /// <summary>Another process is at work on it.</summary>
    InHand,

    /// <summary>The upload was made for another model: a process with that one handles it.</summary>
    Left,
}

/// <summary>The outcome of an upload event.</summary>
/// <param name="Result">The result.</param>
/// <param name="Run">The run; <see langword="null"/> for <see cref="SplitResult.Gone"/>, <see cref="SplitResult.InHand"/> and <see
/// cref="SplitResult.Left"/>; a rejected upload whose uploader
/// is told leaves no run.</param>
/// <param name="Rejection">Why no question can be asked, for <see cref="SplitResult.Rejected"/>.</param>
public sealed record SplitOutcome(SplitResult Result, RunId? Run, Rejection? Rejection = null);
