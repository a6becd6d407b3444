namespace MedQA.Pipeline.Runs;

/// <summary>The outcome of one step of a run.</summary>
/// <param name="State">The run's state; <see langword="null"/> if it does not exist (or no longer exists).</param>
/// <param name="ComeBackIn">When to call again; <see langword="null"/> where nothing is left to do.</param>
/// <param name="IsNoticeOnly">
/// Whether the run has ended and only the notice of its end is to be delivered. A receiver can be slow, so whoever drives runs does that
/// beside its other work.
/// </param>
public sealed record AdvanceOutcome(RunState? State, TimeSpan? ComeBackIn, bool IsNoticeOnly = false)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => ComeBackIn is null;
}
