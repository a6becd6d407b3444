using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedQA.Contracts;

/// <summary>A run: its settings, state and results.</summary>
public sealed record RunResource
{
    /// <summary>Its id: 16 characters.</summary>
    [JsonPropertyName("run")]
    public required string Id { get; init; }

    /// <summary>The question set's name.</summary>
    public required string Name { get; init; }

    /// <summary>The name that people gave the run; missing if it has none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Its tags; missing if it has none.</summary>
    public ImmutableArray<string>? Tags { get; init; }

    /// <summary>The note about it; missing if it has none.</summary>
    public string? Note { get; init; }

    /// <summary>Its state.</summary>
    public required RunState State { get; init; }

    /// <summary>
    /// True if it is queued, running or waiting and no process works on it; it resumes when one starts. Otherwise, and always in Azure,
    /// missing.
    /// </summary>
    public bool? Paused { get; init; }

    /// <summary>Whether the run asks nothing until it is approved, as its <see cref="Reason"/> says; omitted otherwise.</summary>
    public bool? NeedsApproval { get; init; }

    /// <summary>Why it is waiting, was rejected or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The line of the question set that the reason refers to, from 1.</summary>
    public int? ReasonLine { get; init; }

    /// <summary>The requested action that is not done yet.</summary>
    public RequestedAction? Requested { get; init; }

    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The profile's strategy.</summary>
    public required string Strategy { get; init; }

    /// <summary>Samples per question.</summary>
    public int Samples { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The model's fingerprint.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>How many parameters the model has; missing if that was not known.</summary>
    public long? Parameters { get; init; }

    /// <summary>How many of them take part in each token, of a mixture of experts; missing for all, and where it was not known.</summary>
    public long? ActiveParameters { get; init; }

    /// <summary>The model's family, such as <c>llama</c>; missing if that was not known.</summary>
    public string? Family { get; init; }

    /// <summary>The host that the questions are sent to; missing for a model of the workers.</summary>
    public string? Host { get; init; }

    /// <summary>What the model's service has charged so far by its prices; missing without prices.</summary>
    public double? Cost { get; init; }

    /// <summary>The currency of the cost.</summary>
    public string? Currency { get; init; }

    /// <summary>
    /// Requests to the model's service whose answer did not arrive and that were sent again: it may have charged for them, and what is not
    /// known. Missing if there were none.
    /// </summary>
    public long? LostRequests { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When its first batch was started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its last batch was finished.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>The number of questions.</summary>
    public int Questions { get; init; }

    /// <summary>
    /// The half-width of the accuracy's 95 % interval at which the run stops, in percentage points; missing if all questions are asked.
    /// </summary>
    public decimal? Until { get; init; }

    /// <summary>
    /// Of a run that has stopped early, how many questions count; its interval is then of the accuracy with all questions asked. Missing
    /// for other runs.
    /// </summary>
    public int? StoppedAfter { get; init; }

    /// <summary>Rows that could not be used.</summary>
    public int RejectedRows { get; init; }

    /// <summary>Finished questions, including failed ones.</summary>
    public int Done { get; init; }

    /// <summary>Questions that failed because of infrastructure.</summary>
    public int Failed { get; init; }

    /// <summary>Questions that cannot be asked: too long for the model's context, or without options. A retry does not help.</summary>
    public int Unaskable { get; init; }

    /// <summary>Whether some questions were not tried (the run is in progress, was cancelled or failed); all figures can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>Answered questions with a known right answer.</summary>
    public int Graded { get; init; }

    /// <summary>Right answers.</summary>
    public int Correct { get; init; }

    /// <summary>Tokens generated so far.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Seconds spent by workers so far.</summary>
    public double Seconds { get; init; }

    /// <summary>Correct divided by graded, once the report is written.</summary>
    public double? Accuracy { get; init; }

    /// <summary>The lower end of its 95 % interval.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>The upper end of its 95 % interval.</summary>
    public double? AccuracyHigh { get; init; }

    /// <summary>The number of reports written.</summary>
    public int Revision { get; init; }

    /// <summary>The number of retries of failed questions.</summary>
    public int Retry { get; init; }

    /// <summary>The delivery of the notice of its end; missing if none is to be sent.</summary>
    public RunNotice? Notice { get; init; }

    /// <summary>Whether the run has ended: nothing more happens without a new request.</summary>
    [JsonIgnore]
    public bool HasEnded => Requested is null && State.IsFinal();
}

/// <summary>A page of runs, newest first unless another order was asked for.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">The token for the next page; missing on the last.</param>
public sealed record RunList(IReadOnlyList<RunResource> Runs, string? Continuation);
