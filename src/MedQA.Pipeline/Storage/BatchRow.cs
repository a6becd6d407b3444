using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>What a batch's worker last said of it.</summary>
internal enum BatchState
{
    /// <summary>Nothing yet.</summary>
    Waiting,

    /// <summary>It answers.</summary>
    Running,

    /// <summary>It has stopped before the end and given the batch back.</summary>
    Released,

    /// <summary>It holds another model than the run asks for.</summary>
    OtherModel,

    /// <summary>Its model cannot be asked at present; it has given the batch back.</summary>
    Unavailable,

    /// <summary>Its questions cannot be read, so it cannot be answered.</summary>
    Damaged,

    /// <summary>It has written the answers.</summary>
    Finished,
}

/// <summary>
/// The row of a batch. Columns have owners: the control side creates the row and writes when a message was sent and what was collected,
/// the worker writes the rest. A hint only: what counts are the blobs.
/// </summary>
internal sealed record BatchRow
{
    public required BatchId Batch { get; init; }

    /// <summary>When the last message was sent, by the control side's clock; <see langword="null"/> before.</summary>
    public DateTimeOffset? Sent { get; init; }

    /// <summary>How many messages were sent.</summary>
    public int Sends { get; init; }

    /// <summary>Whether its answers are in the table and <see cref="Totals"/> are their sums.</summary>
    public bool Collected { get; init; }

    public BatchState State { get; init; }

    /// <summary>
    /// The <see cref="Sent"/> of the message that the worker acted on: tells without comparing clocks whether its words are older than the
    /// last message.
    /// </summary>
    public DateTimeOffset? Heard { get; init; }

    public int Attempt { get; init; }

    public string? Worker { get; init; }

    /// <summary>What kept the worker from finishing, for people.</summary>
    public string? Error { get; init; }

    /// <summary>The sums over the batch as far as its worker reported them, or over its answers once collected.</summary>
    public RunTotals Totals { get; init; }

    /// <summary>When the row last changed, by the storage's clock.</summary>
    public DateTimeOffset Timestamp { get; init; }

    public static BatchRow From(StoredRow entity) => new()
    {
        Batch = BatchId.TryParse(entity.Key, out var batch)
            ? batch
            : throw new FormatException($"'{entity.Key}' in the table of batches is not a batch's id."),
        Sent = entity.GetDateTimeOffset("Sent"),
        Sends = entity.GetInt32("Sends") ?? 0,
        Collected = entity.GetBoolean("Collected") ?? false,
        State = entity.GetString("State") is { } state ? EnumNames.Stored<BatchState>(state) : BatchState.Waiting,
        Heard = entity.GetDateTimeOffset("Heard"),
        Attempt = entity.GetInt32("Attempt") ?? 0,
        Worker = entity.GetString("Worker"),
        Error = entity.GetString("Error"),
        Totals = TotalsColumns.Read(entity, entity.GetBoolean("Collected") == true ? "Collected" : ""),
        Timestamp = entity.Changed,
    };
}
