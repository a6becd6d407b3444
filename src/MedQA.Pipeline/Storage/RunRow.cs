using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The row of a run: what people see of it, and how far its collection has come.</summary>
internal sealed record RunRow
{
    /// <summary>The partition of runs by name.</summary>
    public const string Partition = "runs";

    /// <summary>The partition of runs by time, newest first.</summary>
    public const string RecentPartition = "recent";

    /// <summary>
    /// <see cref="Annotating"/> of a row that was made again from the manifest: what its blob says is not in it.
    /// </summary>
    public const string NotCopied = "not copied";

    /// <summary>The columns by which runs are found and sorted, and those without which no row can be read.</summary>
    public static readonly ImmutableArray<string> Outline =
    [
        "PartitionKey", "RowKey", "V", "Run", "Name", "DisplayName", "Tags", "Note", "Annotating", "State", "Requested", "Profile", "Model",
        "Host", "Created", "Accuracy",
    ];

    private static readonly StoredColumns<RunSummary> SummaryColumns = new()
    {
        { "Run", static run => run.Run.ToString(), static (run, value) => run with { Run = RunId.Parse(value) } },
        { "Name", static run => run.Name, static (run, value) => run with { Name = value } },
        {
            "DisplayName",
            static run => run.Annotation.DisplayName,
            static (run, value) => run with { Annotation = run.Annotation with { DisplayName = value } }
        },
        {
            "Tags",
            static run => run.Annotation.Tags is { } tags ? string.Join('\n', tags) : null,
            static (run, value) => run with { Annotation = run.Annotation with { Tags = value is null ? null : [.. value.Split('\n')] } }
        },
        {
            "Note",
            static run => run.Annotation.Note,
            static (run, value) => run with { Annotation = run.Annotation with { Note = value } }
        },
        { "State", static run => run.State.ToString(), static (run, value) => run with { State = EnumNames.Stored<RunState>(value) } },
        { "Reason", static run => run.Reason, static (run, value) => run with { Reason = value } },
        { "ReasonLine", static run => run.ReasonLine, static (run, value) => run with { ReasonLine = value } },
        {
            "Requested",
            static run => run.Requested.ToString(),
            static (run, value) => run with { Requested = EnumNames.Stored<RequestedAction>(value) }
        },
        { "Source", static run => run.Source, static (run, value) => run with { Source = value } },
        { "Profile", static run => run.Profile, static (run, value) => run with { Profile = value } },
        { "Strategy", static run => run.Strategy, static (run, value) => run with { Strategy = value } },
        { "Samples", static run => run.Samples, static (run, value) => run with { Samples = value } },
        { "Model", static run => run.Model, static (run, value) => run with { Model = value } },
        { "ModelFingerprint", static run => run.ModelFingerprint, static (run, value) => run with { ModelFingerprint = value } },
        {
            "ModelParameters",
            static run => run.ModelFacts?.Parameters,
            static (run, value) => value is null ? run : run with { ModelFacts = (run.ModelFacts ?? new()) with { Parameters = value } }
        },
        {
            "ModelActiveParameters",
            static run => run.ModelFacts?.ActiveParameters,
            static (run, value) => value is null ? run : run with
            {
                ModelFacts = (run.ModelFacts ?? new()) with { ActiveParameters = value }
            }
        },
        {
            "ModelFamily",
            static run => run.ModelFacts?.Family,
            static (run, value) => value is null ? run : run with { ModelFacts = (run.ModelFacts ?? new()) with { Family = value } }
        },
        { "Host", static run => run.Host, static (run, value) => run with { Host = value } },
        { "Currency", static run => run.Currency, static (run, value) => run with { Currency = value } },
        { "Created", static run => run.Created, static (run, value) => run with { Created = value } },
        { "Started", static run => run.Started, static (run, value) => run with { Started = value } },
        { "Finished", static run => run.Finished, static (run, value) => run with { Finished = value } },
        { "Changed", static run => run.Changed, static (run, value) => run with { Changed = value } },
        { "Questions", static run => run.Questions, static (run, value) => run with { Questions = value } },
        {
            "Until",
            static run => run.Until is { } points ? AccuracyTarget.TextOf(points) : null,
            static (run, value) => run with { Until = AccuracyTarget.TryParse(value, out var points) ? points : null }
        },
        { "StoppedAfter", static run => run.StoppedAfter, static (run, value) => run with { StoppedAfter = value } },
        { "RejectedRows", static run => run.RejectedRows, static (run, value) => run with { RejectedRows = value } },
        { "Batches", static run => run.Batches, static (run, value) => run with { Batches = value } },
        { "FinishedBatches", static run => run.FinishedBatches, static (run, value) => run with { FinishedBatches = value } },
        { "Accuracy", static run => run.Accuracy, static (run, value) => run with { Accuracy = value } },
        { "AccuracyLow", static run => run.AccuracyLow, static (run, value) => run with { AccuracyLow = value } },
        { "AccuracyHigh", static run => run.AccuracyHigh, static (run, value) => run with { AccuracyHigh = value } },
        { "Revision", static run => run.Revision, static (run, value) => run with { Revision = value } },
        { "Retry", static run => run.Retry, static (run, value) => run with { Retry = value } },
        { "Approved", static run => run.Approved, static (run, value) => run with { Approved = value } },
        { "Held", static run => run.Held, static (run, value) => run with { Held = value } },
        { "NeedsApproval", static run => run.NeedsApproval, static (run, value) => run with { NeedsApproval = value } },
        {
            "NoticeTo",
            static run => run.Notice?.To,
            static (run, value) =>
                value is null ? run : run with { Notice = new Notice { To = value, State = NoticeState.Planned } }
        },
        {
            "NoticeState",
            static run => run.Notice?.State.ToString(),
            static (run, value) => run.Notice is null
                ? run
                : run with { Notice = run.Notice with { State = EnumNames.Stored<NoticeState>(value) } }
        },
        {
            "NoticeId",
            static run => run.Notice?.Id,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Id = value } }
        },
        {
            "NoticeSince",
            static run => run.Notice?.Since,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Since = value } }
        },
        {
            "NoticeTries",
            static run => run.Notice is { Tries: > 0 and var tries } ? tries : (int?)null,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Tries = value ?? 0 } }
        },
        {
            "NoticeStatus",
            static run => run.Notice?.Status,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Status = value } }
        },
        {
            "NoticeProblem",
            static run => run.Notice?.Problem,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Problem = value } }
        },
        {
            "NoticeTried",
            static run => run.Notice?.Tried,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Tried = value } }
        },
        {
            "NoticeNext",
            static run => run.Notice?.Next,
            static (run, value) => run.Notice is null ? run : run with { Notice = run.Notice with { Next = value } }
        },
    };

    private static readonly StoredColumns<RunRow> Columns = new()
    {
        { "Cursor", static row => row.Cursor, static (row, value) => row with { Cursor = value } },
        { "CollectedBatches", static row => row.CollectedBatches, static (row, value) => row with { CollectedBatches = value } },
        { "Start", static row => row.Start, static (row, value) => row with { Start = value } },
        { "Reserved", static row => row.Reserved, static (row, value) => row with { Reserved = value } },
        { "Annotating", static row => row.Annotating, static (row, value) => row with { Annotating = value } },
        { "Traceparent", static row => row.Traceparent, static (row, value) => row with { Traceparent = value } },
    };

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

    /// <summary>
    /// The mark of whoever is writing the run's <c>annotation.json</c>, or was and was cut off: until it is removed, the blob is read, and
    /// not the copy in <see cref="RunSummary.Annotation"/>. <see langword="null"/> where the copy is true.
    /// </summary>
    public string? Annotating { get; init; }

    /// <summary>The trace that began with the upload, as a W3C traceparent; or <see langword="null"/>.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The version that was read; <see langword="default"/> for a row that does not exist yet.</summary>
    public StoredVersion ETag { get; init; }

    /// <summary>The row's key in the partition of recent runs: the newest first, runs of one moment by name.</summary>
    public string RecentKey => $"{long.MaxValue - Summary.Created.UtcTicks:D19}-{Summary.Run}";

    public StoredRow ToRow(string partition, string row)
    {
        var entity = new StoredRow(partition, row)
        {
            ["V"] = RunManifest.Version,
            ["Active"] = !Summary.State.IsFinal() || Summary.Requested != RequestedAction.None
                || Summary.Notice is { State: NoticeState.Waiting },
        };
        SummaryColumns.Write(entity, Summary);
        Columns.Write(entity, this);
        TotalsColumns.Write(entity, Summary.Totals);
        TotalsColumns.Write(entity, Collected, "Collected");
        return entity;
    }

    /// <exception cref="UnusableException">A newer version has written the row.</exception>
    public static RunRow From(StoredRow entity)
    {
        StoredFormat.Check($"Run {entity.GetString("Run") ?? entity.Key}", entity.GetInt32("V"), RunManifest.Version);
        var summary = Activator.CreateInstance<RunSummary>() with { Totals = TotalsColumns.Read(entity) };
        return Columns.Read(entity, new RunRow
        {
            Summary = SummaryColumns.Read(entity, summary),
            Collected = TotalsColumns.Read(entity, "Collected"),
            ETag = entity.Version,
        });
    }
}
