namespace MedQA.Client;

/// <summary>A run: what it is, where it stands and how it went.</summary>
public sealed record Run
{
    /// <summary>Its name: 16 characters.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("run")]
    public required string Id { get; init; }

    /// <summary>The question set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunState State { get; init; }

    /// <summary>Whether no process works on it although it has not ended: it goes on when one begins.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool Paused { get; init; }

    /// <summary>Why it waits, was rejected or failed; else <see langword="null"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The line of the question set that the reason speaks of, from 1; or <see langword="null"/>.</summary>
    public int? ReasonLine { get; init; }

    /// <summary>What was asked for and is not done yet; or <see langword="null"/>.</summary>
    public string? Requested { get; init; }

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

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When its first batch was started; <see langword="null"/> before.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its last batch was finished; <see langword="null"/> before.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Questions that are asked.</summary>
    public int Questions { get; init; }

    /// <summary>Rows that could not be used.</summary>
    public int RejectedRows { get; init; }

    /// <summary>Questions that are done, failed ones included.</summary>
    public int Done { get; init; }

    /// <summary>Questions that infrastructure failed to answer.</summary>
    public int Failed { get; init; }

    /// <summary>Questions that cannot be asked so: too long for the model's context, without options. No retry changes that.</summary>
    public int Unaskable { get; init; }

    /// <summary>Whether not every question was tried (the run goes on, was cancelled or could not end): every figure can change.</summary>
    public bool Provisional { get; init; }

    /// <summary>Answered questions whose right answer is known.</summary>
    public int Graded { get; init; }

    /// <summary>Right answers.</summary>
    public int Correct { get; init; }

    /// <summary>Tokens drawn so far.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Seconds that workers spent so far.</summary>
    public double Seconds { get; init; }

    /// <summary>Correct over graded, once the report is written.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Lower end of its 95 % interval.</summary>
    public double? AccuracyLow { get; init; }

    /// <summary>Upper end of its 95 % interval.</summary>
    public double? AccuracyHigh { get; init; }

    /// <summary>How many reports have been written.</summary>
    public int Revision { get; init; }

    /// <summary>How often failed questions were tried again.</summary>
    public int Retry { get; init; }

    /// <summary>Whether nothing happens any more unless somebody asks for it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasEnded =>
        Requested is null
            && State is RunState.Completed or RunState.CompletedWithFailures or RunState.Cancelled or RunState.Rejected or RunState.Failed;
}

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Split; no batch has been started.</summary>
    Queued,

    /// <summary>Batches are being answered.</summary>
    Running,

    /// <summary>Nothing can go on until something outside changes; the run's reason says what.</summary>
    Waiting,

    /// <summary>Every question that can be asked has an answer.</summary>
    Completed,

    /// <summary>Every question was tried, and infrastructure failed to answer some; a retry tries those again.</summary>
    CompletedWithFailures,

    /// <summary>Stopped on request; a retry goes on with what is missing.</summary>
    Cancelled,

    /// <summary>The question set holds no question that can be used; the run's reason says why.</summary>
    Rejected,

    /// <summary>The run cannot end; its reason says why.</summary>
    Failed,

    /// <summary>Being deleted.</summary>
    Deleting,
}

/// <summary>A page of runs, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">Ask with it for the next page; <see langword="null"/> on the last.</param>
public sealed record RunPage(IReadOnlyList<Run> Runs, string? Continuation);

/// <summary>The run that a question set became.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsNew">Whether it is a new one; else the same question set was asked with the same profile before.</param>
public sealed record StartedRun(Run Run, bool IsNew);
