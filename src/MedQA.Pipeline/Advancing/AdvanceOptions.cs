namespace MedQA.Pipeline.Advancing;

/// <summary>How runs are driven.</summary>
public sealed record AdvanceOptions
{
    /// <summary>The most batches of a run that are out at a time.</summary>
    public int MaxOutstanding { get; init; } = 1000;

    /// <summary>How long a batch without a worker waits before its message is sent again.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a run may have no worker before its state becomes waiting.</summary>
    public TimeSpan NoWorkerAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most batches that one step collects; more are collected by the next.</summary>
    public int CollectAtOnce { get; init; } = 50;

    /// <summary>The largest run that starts without being approved, in questions; <see langword="null"/> for any.</summary>
    public int? MaxQuestions { get; init; }

    /// <summary>
    /// The largest run that starts without being approved, in tokens that it can generate at most; <see langword="null"/> for any.
    /// </summary>
    public long? MaxGeneratedTokens { get; init; }

    /// <summary>
    /// The maximum hours of workers on an unapproved run, summed over all of them; <see langword="null"/> for any. A
    /// run that is above it waits, and its workers stop within <see cref="Answering.WorkerOptions.Renew"/>: it can be passed by what they
    /// have at hand.
    /// </summary>
    public double? MaxComputeHours { get; init; }

    /// <summary>
    /// The most that an unapproved run may cost, in the currency of its model's prices; <see langword="null"/> for any. A run that can cost
    /// more waits before its first question; one that comes to cost more, because requests were repeated, waits as soon as that is seen.
    /// </summary>
    public decimal? MaxCost { get; init; }

    /// <summary>
    /// The name of the worker in this host, where its <see cref="Answering.WorkerOptions.Identity"/> is set: batches that it was answering
    /// before this process began are sent again at once, because it can take up its own leases. <see langword="null"/> where no worker is
    /// known to be gone.
    /// </summary>
    public string? OwnWorker { get; init; }

    /// <summary>
    /// The fingerprints of the models with which this host answers: what others have refused is sent to it again at once, and it is not
    /// woken for what it would refuse. Empty for a host that does not answer.
    /// </summary>
    public IReadOnlyList<string> OwnModels { get; init; } = [];

    /// <summary>
    /// Returns whether some process is known to answer with the model of a fingerprint: then what others have refused is sent again soon.
    /// <see langword="null"/> where that is unknown.
    /// </summary>
    public Func<string, bool>? IsAtWork { get; init; }

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    internal void Check()
    {
        Require(MaxOutstanding >= 1, nameof(MaxOutstanding), "at least 1");
        Require(ResendAfter > TimeSpan.Zero, nameof(ResendAfter), "more than 0");
        Require(NoWorkerAfter > TimeSpan.Zero, nameof(NoWorkerAfter), "more than 0");
        Require(CollectAtOnce >= 1, nameof(CollectAtOnce), "at least 1");
        Require(MaxQuestions is null or >= 0, nameof(MaxQuestions), "0 or more, or not set");
        Require(MaxGeneratedTokens is null or >= 0, nameof(MaxGeneratedTokens), "0 or more, or not set");
        Require(MaxCost is null or >= 0, nameof(MaxCost), "0 or more, or not set");
        Require(MaxComputeHours is null or (>= 0 and < double.PositiveInfinity), nameof(MaxComputeHours), "0 or more, or not set");
    }

    private static void Require(bool holds, string setting, string wanted)
    {
        if (!holds)
        {
            throw new ArgumentException($"Advance setting {setting} must be {wanted}.", setting);
        }
    }
}
