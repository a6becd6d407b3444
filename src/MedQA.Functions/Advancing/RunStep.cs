using MedQA.Pipeline.Runs;

namespace MedQA.Functions.Advancing;

/// <summary>What one step of a run has come to, small enough for an orchestration's history: numbers and a state, no content.</summary>
/// <param name="Seconds">After how many seconds to come back; <see langword="null"/> where nothing is left to do.</param>
/// <param name="Progress">How far the run is; <see langword="null"/> where it does not exist any more.</param>
public sealed record RunStep(double? Seconds, RunStepProgress? Progress)
{
    internal static RunStep Of(AdvanceOutcome outcome, RunSummary? summary) =>
        new(outcome.ComeBackIn?.TotalSeconds, summary is null ? null : RunStepProgress.Of(summary));
}

/// <summary>How far a run is: the orchestration's custom status.</summary>
/// <param name="State">Where the run stands.</param>
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
