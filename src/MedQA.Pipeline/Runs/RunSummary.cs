using MedQA.Evaluation.LanguageModels;

namespace MedQA.Pipeline.Runs;

/// <summary>A run as shown in lists: its settings, state and results.</summary>
public sealed record RunSummary
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The name of the upload.</summary>
    public required string Name { get; init; }

    /// <summary>What people wrote about it; a copy, for lists, of the run's blob <c>annotation.json</c>.</summary>
    public RunAnnotation Annotation { get; init; } = new();

    /// <summary>Its state.</summary>
    public required RunState State { get; init; }

    /// <summary>
    /// Whether it has not ended but no process works on it; it resumes when a suitable process starts. Derived from the active processes,
    /// where all of them are known; never stored.
    /// </summary>
    public bool Paused { get; init; }

    /// <summary>
    /// Why it waits, was rejected or failed, or what blocks a batch while it is in progress; otherwise <see langword="null"/>.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>The line of the upload that <see cref="Reason"/> speaks of, from 1; or <see langword="null"/>.</summary>
    public int? ReasonLine { get; init; }

    /// <summary>What was asked for and is not done yet.</summary>
    public RequestedAction Requested { get; init; }

    /// <summary>The upload's blob in the container of question sets.</summary>
    public required string Source { get; init; }

    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The profile's strategy; empty for a run that was rejected before its profile was known.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>Samples per question.</summary>
    public int Samples { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The model's fingerprint.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The model's size and family; <see langword="null"/> if neither was known.</summary>
    public ModelFacts? ModelFacts { get; init; }

    /// <summary>The host that the questions are sent to; <see langword="null"/> for a model of the workers.</summary>
    public string? Host { get; init; }

    /// <summary>The currency of the cost in <see cref="Totals"/>; <see langword="null"/> where the model has no prices.</summary>
    public string? Currency { get; init; }

    /// <summary>When it was split.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When its first batch was seen started; <see langword="null"/> before.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its last batch was finished; <see langword="null"/> before.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>When this row last changed.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>Questions of the upload that can be asked.</summary>
    public int Questions { get; init; }

    /// <summary>
    /// The half-width of the accuracy's 95 % interval at which the run stops, in percentage points; <see langword="null"/> to ask all
    /// questions.
    /// </summary>
    public decimal? Until { get; init; }

    /// <summary>The questions that count, of a run that stopped early; <see langword="null"/> for other runs.</summary>
    public int? StoppedAfter { get; init; }

    /// <summary>Rows of the upload that cannot be used.</summary>
    public int RejectedRows { get; init; }

    /// <summary>Batches, those of the current retry only once one was asked for.</summary>
    public int Batches { get; init; }

    /// <summary>Batches that are finished, of those counted in <see cref="Batches"/>.</summary>
    public int FinishedBatches { get; init; }

    /// <summary>The totals so far; while the run is in progress, including unfinished batches as last reported by their workers.</summary>
    public RunTotals Totals { get; init; }

    /// <summary>
    /// Correct over graded questions, each counted once; <see langword="null"/> before the report is written or where nothing is graded.
    /// </summary>
    public double? Accuracy { get; init; }

    /// <summary>Lower end of the accuracy's 95 % interval; <see langword="null"/> also where questions failed.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>Upper end of the accuracy's 95 % interval; <see langword="null"/> also where questions failed.</summary>
    public double? AccuracyHigh { get; init; }

    /// <summary>How many reports have been written: 0 before the first, one more with each retry.</summary>
    public int Revision { get; init; }

    /// <summary>How often the failed questions were tried again.</summary>
    public int Retry { get; init; }

    /// <summary>
    /// Whether it waits because it exceeds a limit: nothing is answered until it is approved or the day's budget has room for
    /// it.
    /// </summary>
    public bool NeedsApproval { get; init; }

    /// <summary>
    /// Whether a limit holds it until it is approved, also by a process that drives it with other limits or none.
    /// </summary>
    public bool Held { get; init; }

    /// <summary>Whether it was approved in spite of the limits.</summary>
    public bool Approved { get; init; }

    /// <summary>The notice of its end; <see langword="null"/> where nobody has asked for one.</summary>
    public Notice? Notice { get; init; }

    /// <summary>
    /// Identifies the result of an ended run: it is the same as long as nothing of the run has changed. <see langword="null"/> while the
    /// result can change or there is none. Known of a run that was read alone; never stored.
    /// </summary>
    public string? ResultVersion { get; init; }

    /// <summary>Questions that are still to be answered.</summary>
    public int Remaining => Math.Max(0, (StoppedAfter ?? Questions) - Totals.Done);
}
