using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>What a receipt says of an upload.</summary>
internal enum UploadStanding
{
    /// <summary>It was handled. Receipts of earlier releases say nothing else.</summary>
    Handled,

    /// <summary>Somebody is at work on it, or was cut off.</summary>
    Claimed,

    /// <summary>Its run has lost its blobs: a host with that run's model recreates it.</summary>
    Again,
}

/// <summary>The receipt of one version of an upload.</summary>
internal sealed record UploadReceipt
{
    /// <summary>What it says.</summary>
    public UploadStanding Standing { get; init; }

    /// <summary>The run that was made of the upload, or is being made; <see langword="null"/> where none was.</summary>
    public RunId? Run { get; init; }

    /// <summary>The fingerprint of that run's model; <see langword="null"/> in receipts of earlier releases.</summary>
    public string? Model { get; init; }

    /// <summary>Who claimed it: an own name for each attempt.</summary>
    public string? Owner { get; init; }

    /// <summary>The version of the receipt.</summary>
    public StoredVersion ETag { get; init; }

    /// <summary>When the receipt last changed, by the storage's clock.</summary>
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>
/// Which uploads were handled and who is at work on which, in the partition <c>uploads</c> of the table of runs. Whoever handles an upload
/// claims it before and notes it after, so that
/// no host takes an old upload for a new one, whatever model or profile it has, and of two hosts with different models one makes a run.
/// </summary>
internal sealed class UploadReceipts(RunStorage storage)
{
    private const string Partition = "uploads";

    private readonly StoredTable _table = StoredTable.OfRuns(storage);
    private readonly HashSet<string> _known = [];
    private bool _loaded;

    /// <summary>Reads what was handled before this process began.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded)
        {
            return;
        }

        string[] columns = ["RowKey", "Standing"];
        await foreach (var row in _table.QueryAsync($"PartitionKey eq {Partition}", cancellationToken, columns: columns))
        {
            if (StandingOf(row) == UploadStanding.Handled)
            {
                _known.Add(row.Key);
            }
        }

        _loaded = true;
    }

    /// <summary>Whether this version of a blob needs no more handling.</summary>
    public bool Contains(string blob, StoredVersion etag) => _known.Contains(KeyOf(blob, etag));

    /// <summary>Looks no more at this version of a blob for as long as this object lives.</summary>
    public void PassOver(string blob, StoredVersion etag) => _known.Add(KeyOf(blob, etag));

    /// <summary>The receipt of this version of a blob; <see langword="null"/> if none has been written yet.</summary>
    public async Task<UploadReceipt?> FindAsync(string blob, StoredVersion etag, CancellationToken cancellationToken) =>
        await _table.FindAsync(Partition, KeyOf(blob, etag), cancellationToken) is { } row
            ? new UploadReceipt
            {
                Standing = StandingOf(row),
                Run = RunId.TryParse(row.GetString("Run"), out var run) ? run : null,
                Model = row.GetString("Model"),
                Owner = row.GetString("Owner"),
                ETag = row.Version,
                Timestamp = row.Changed,
            }
            : null;

    /// <summary>Says that a run is being made of this version of a blob.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="etag">Its version.</param>
    /// <param name="run">The run.</param>
    /// <param name="model">The fingerprint of its model.</param>
    /// <param name="standing">
    /// The receipt that was found, which the claim takes the place of; <see langword="null"/> where none was.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The claim; <see langword="null"/> if another process has written a receipt meanwhile.</returns>
    public async Task<UploadClaim?> TryClaimAsync(
        string blob, StoredVersion etag, RunId run, string model, UploadReceipt? standing, CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid().ToString("N");
        var row = RowOf(blob, etag, run, model, UploadStanding.Claimed);
        row["Owner"] = owner;
        var written = standing is null
            ? await _table.TryAddAsync(row, cancellationToken)
            : await _table.TryReplaceAsync(row, standing.ETag, cancellationToken);

        // The call may have been repeated after its answer was lost: then the receipt is this claim's.
        written ??= await FindAsync(blob, etag, cancellationToken) is { } now && now.Owner == owner ? now.ETag : null;
        return written is { } version ? new UploadClaim(_table, row, version) : null;
    }

    /// <summary>Notes that this version of a blob was handled.</summary>
    public Task AddAsync(string blob, StoredVersion etag, RunId? run, string? model, CancellationToken cancellationToken) =>
        _table.PutAsync(RowOf(blob, etag, run, model, UploadStanding.Handled), cancellationToken);

    /// <summary>
    /// Has the uploads of a blocked run handled again by a host with its model, which recreates the run if its blobs are lost.
    /// For another model they are as handled as before.
    /// </summary>
    public async Task ForgetAsync(RunId run, string model, CancellationToken cancellationToken)
    {
        await foreach (var row in _table.QueryAsync($"PartitionKey eq {Partition} and Run eq {run.ToString()}", cancellationToken))
        {
            (row["Standing"], row["Model"]) = (nameof(UploadStanding.Again), row.GetString("Model") ?? model);
            await _table.PutAsync(row, cancellationToken);
            _known.Remove(row.Key);
        }
    }

    private static StoredRow RowOf(string blob, StoredVersion etag, RunId? run, string? model, UploadStanding standing)
    {
        var row = new StoredRow(Partition, KeyOf(blob, etag))
        {
            ["Blob"] = blob,
            ["Run"] = run?.ToString() ?? "",
            ["Standing"] = standing.ToString(),
        };
        row.SetWhereKnown("Model", model);
        return row;
    }

    private static UploadStanding StandingOf(StoredRow row) =>
        row.GetString("Standing") is { } standing ? EnumNames.Stored<UploadStanding>(standing) : UploadStanding.Handled;

    private static string KeyOf(string blob, StoredVersion etag) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{etag} {blob}")).AsSpan(0, 16));
}
