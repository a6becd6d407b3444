using System.Text.Json.Serialization;

namespace MedQA.Contracts;

/// <summary>A run: what it is, where it stands and how it went.</summary>
public sealed record RunResource
{
    /// <summary>Its name: 16 characters.</summary>
    [JsonPropertyName("run")]
    public required string Id { get; init; }

    /// <summary>The question set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunState State { get; init; }

    /// <summary>
    /// True where it is queued, running or waiting, and no process works on it: it goes on when one begins. Missing everywhere else, and
    /// always in Azure.
    /// </summary>
    public bool? Paused { get; init; }

    /// <summary>Why it waits, was rejected or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The line of the question set that the reason speaks of, from 1.</summary>
    public int? ReasonLine { get; init; }

    /// <summary>What was asked for and is not done yet.</summary>
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

    /// <summary>When it was created.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When its first batch was started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When its last batch was finished.</summary>
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
    [JsonIgnore]
    public bool HasEnded => Requested is null && State.IsFinal();
}

/// <summary>A page of runs, newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Continuation">Ask with it for the next page; missing on the last.</param>
public sealed record RunList(IReadOnlyList<RunResource> Runs, string? Continuation);
