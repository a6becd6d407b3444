using MedQA.Pipeline.Runs;

namespace MedQA.Functions.Advancing;

/// <summary>The outcome of one step of a run, small enough for an orchestration's history: numbers and a state, no content.</summary>
/// <param name="Seconds">The seconds until the next step; <see langword="null"/> if nothing is left to do.</param>
/// <param name="Progress">The run's progress; <see langword="null"/> if it no longer exists.</param>
public sealed record RunStep(double? Seconds, RunStepProgress? Progress)
{
    internal static RunStep Of(AdvanceOutcome outcome, RunSummary? summary) =>
        new(outcome.ComeBackIn?.TotalSeconds, summary is null ? null : RunStepProgress.Of(summary));
}

/// <summary>A run's progress, the orchestration's custom status.</summary>
/// <param name="State">The run's state.</param>
/// <param name="Questions">Its questions.</param>
/// <param name="Done">Questions that are answered or have failed.</param>
/// <param name="Failed">Questions that have failed.</param>
/// <param name="Batches">Its batches.</param>
/// <param name="FinishedBatches">Batches that are finished.</param>
public sealed record RunStepProgress(string State, int Questions, long Done, long Failed, int Batches, int FinishedBatches)
{
    internal static RunStepProgress Of(RunSummary summary) =>
        new(
            summary.State.ToString(),
            summary.Questions,
            summary.Totals.Done,
            summary.Totals.Failed,
            summary.Batches,
            summary.FinishedBatches);
}
