namespace MedQA.Pipeline.Runs;

/// <summary>What one step of a run has come to.</summary>
/// <param name="State">Where the run stands; <see langword="null"/> where it does not exist (any more).</param>
/// <param name="ComeBackIn">When to call again; <see langword="null"/> where nothing is left to do.</param>
public sealed record AdvanceOutcome(RunState? State, TimeSpan? ComeBackIn)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => ComeBackIn is null;
}
