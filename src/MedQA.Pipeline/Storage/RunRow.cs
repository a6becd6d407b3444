using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The row of a run: what people see of it, and how far its collection has come.</summary>
internal sealed record RunRow
{
    /// <summary>The partition of runs by name.</summary>
    public const string Partition = "runs";

    /// <summary>The partition of runs by time, newest first.</summary>
    public const string RecentPartition = "recent";

    /// <summary>What people see.</summary>
    public required RunSummary Summary { get; init; }

    /// <summary>The lowest batch number that is not finished and collected.</summary>
    public int Cursor { get; init; }

    /// <summary>The sums over all batches below <see cref="Cursor"/>, and over everything before the current retry.</summary>
    public RunTotals Collected { get; init; }

    /// <summary>How many batches of the current retry lie below <see cref="Cursor"/>.</summary>
    public int CollectedBatches { get; init; }

    /// <summary>How often the run was begun again since it was made: by each retry, and by going on after it was cancelled.</summary>
    public int Start { get; init; }

    /// <summary>Whether what this start can take is reserved in the day's budget.</summary>
    public bool Reserved { get; init; }

    /// <summary>The trace that began with the upload, as a W3C traceparent; or <see langword="null"/>.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The version that was read; <see langword="default"/> for a row that does not exist yet.</summary>
    public StoredVersion ETag { get; init; }

    /// <summary>The row's key in the partition of recent runs: the newest first, runs of one moment by name.</summary>
    public string RecentKey => $"{long.MaxValue - Summary.Created.UtcTicks:D19}-{Summary.Run}";

    public StoredRow ToRow(string partition, string row)
    {
        var summary = Summary;
        var entity = new StoredRow(partition, row)
        {
            ["V"] = RunManifest.Version,
            ["Run"] = summary.Run.ToString(),
            ["Name"] = summary.Name,
            ["State"] = summary.State.ToString(),
            ["Active"] = !summary.State.IsFinal() || summary.Requested != RequestedAction.None,
            ["Requested"] = summary.Requested.ToString(),
            ["Source"] = summary.Source,
            ["Profile"] = summary.Profile,
            ["Strategy"] = summary.Strategy,
            ["Samples"] = summary.Samples,
            ["Model"] = summary.Model,
            ["ModelFingerprint"] = summary.ModelFingerprint,
            ["Created"] = summary.Created,
            ["Changed"] = summary.Changed,
            ["Questions"] = summary.Questions,
            ["RejectedRows"] = summary.RejectedRows,
            ["Batches"] = summary.Batches,
            ["FinishedBatches"] = summary.FinishedBatches,
            ["Revision"] = summary.Revision,
            ["Retry"] = summary.Retry,
            ["Approved"] = summary.Approved,
            ["NeedsApproval"] = summary.NeedsApproval,
            ["Cursor"] = Cursor,
            ["CollectedBatches"] = CollectedBatches,
            ["Start"] = Start,
            ["Reserved"] = Reserved,
        };
        entity.SetWhereKnown("Reason", summary.Reason);
        entity.SetWhereKnown("ReasonLine", summary.ReasonLine);
        entity.SetWhereKnown("Started", summary.Started);
        entity.SetWhereKnown("Finished", summary.Finished);
        entity.SetWhereKnown("Accuracy", summary.Accuracy);
        entity.SetWhereKnown("AccuracyLow", summary.AccuracyLow);
        entity.SetWhereKnown("AccuracyHigh", summary.AccuracyHigh);
        entity.SetWhereKnown("Traceparent", Traceparent);
        TotalsColumns.Write(entity, summary.Totals);
        TotalsColumns.Write(entity, Collected, "Collected");
        return entity;
    }

    /// <exception cref="UnusableException">A newer version has written the row.</exception>
    public static RunRow From(StoredRow entity)
    {
        StoredFormat.Check($"Run {entity.GetString("Run") ?? entity.Key}", entity.GetInt32("V"), RunManifest.Version);
        return Read(entity);
    }

    private static RunRow Read(StoredRow entity) => new()
    {
        Summary = new RunSummary
        {
            Run = RunId.Parse(entity.GetString("Run")),
            Name = entity.GetString("Name"),
            State = EnumNames.Stored<RunState>(entity.GetString("State")),
            Reason = entity.GetString("Reason"),
            ReasonLine = entity.GetInt32("ReasonLine"),
            Requested = EnumNames.Stored<RequestedAction>(entity.GetString("Requested")),
            Source = entity.GetString("Source"),
            Profile = entity.GetString("Profile"),
            Strategy = entity.GetString("Strategy"),
            Samples = entity.GetInt32("Samples") ?? 0,
            Model = entity.GetString("Model"),
            ModelFingerprint = entity.GetString("ModelFingerprint"),
            Created = entity.GetDateTimeOffset("Created") ?? default,
            Started = entity.GetDateTimeOffset("Started"),
            Finished = entity.GetDateTimeOffset("Finished"),
            Changed = entity.GetDateTimeOffset("Changed") ?? default,
            Questions = entity.GetInt32("Questions") ?? 0,
            RejectedRows = entity.GetInt32("RejectedRows") ?? 0,
            Batches = entity.GetInt32("Batches") ?? 0,
            FinishedBatches = entity.GetInt32("FinishedBatches") ?? 0,
            Totals = TotalsColumns.Read(entity),
            Accuracy = entity.GetDouble("Accuracy"),
            AccuracyLow = entity.GetDouble("AccuracyLow"),
            AccuracyHigh = entity.GetDouble("AccuracyHigh"),
            Revision = entity.GetInt32("Revision") ?? 0,
            Retry = entity.GetInt32("Retry") ?? 0,
            Approved = entity.GetBoolean("Approved") ?? false,
            NeedsApproval = entity.GetBoolean("NeedsApproval") ?? false,
        },
        Cursor = entity.GetInt32("Cursor") ?? 0,
        Collected = TotalsColumns.Read(entity, "Collected"),
        CollectedBatches = entity.GetInt32("CollectedBatches") ?? 0,
        Start = entity.GetInt32("Start") ?? 0,
        Reserved = entity.GetBoolean("Reserved") ?? false,
        Traceparent = entity.GetString("Traceparent"),
        ETag = entity.Version,
    };
}
