using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The rows of runs. Each appears twice: by name, which is authoritative and changes only by its ETag, and by time for lists.
/// The copy is written first, so that a crash in between leaves it ahead, never behind. Concurrent writers overwrite each other's copies:
/// the one that changed the row checks whether its copy is still there, and the others copy the current row and check
/// again.
/// </summary>
/// <param name="storage">The storage.</param>
/// <param name="signals">Is told of every row that was written; <see langword="null"/> for those who only read.</param>
internal sealed class RunRows(RunStorage storage, PipelineSignals? signals = null)
{
    /// <summary>
    /// Runs that are deleted, and must be looked at once more: until then what was being written of them elsewhere may have come after.
    /// </summary>
    private const string DeletedPartition = "deleted";

    private static readonly string[] CopyKey = ["PartitionKey", "RowKey"];

    private readonly StoredTable _table = StoredTable.OfRuns(storage);

    /// <summary>The run's row, or <see langword="null"/>.</summary>
    public async Task<RunRow?> FindAsync(RunId run, CancellationToken cancellationToken) =>
        await _table.FindAsync(RunRow.Partition, run.ToString(), cancellationToken) is { } row ? RunRow.From(row) : null;

    /// <summary>Writes a row unless one exists, which is then kept.</summary>
    public async Task CreateAsync(RunRow row, CancellationToken cancellationToken)
    {
        // The row by name is written last: a deletion in between removes the copy, and a row written too late is removed when it is
        // found.
        await PutCopyAsync(row, cancellationToken);
        if (await _table.TryAddAsync(row.ToRow(RunRow.Partition, row.Summary.Run.ToString()), cancellationToken) is null)
        {
            await RepairCopyAsync(row, cancellationToken);
            return;
        }

        signals?.RunWritten.Set();
    }

    /// <summary>Writes a changed row.</summary>
    /// <returns>The row with its new version, or <see langword="null"/> if another process has changed or removed it since it was
    /// read.</returns>
    public async Task<RunRow?> TryUpdateAsync(RunRow row, CancellationToken cancellationToken)
    {
        var copy = await PutCopyAsync(row, cancellationToken);
        var changed = row.ToRow(RunRow.Partition, row.Summary.Run.ToString());
        if (await _table.TryReplaceAsync(changed, row.ETag, cancellationToken) is not { } version)
        {
            await RepairCopyAsync(row, cancellationToken);
            return null;
        }

        signals?.RunWritten.Set();
        if (await _table.FindAsync(RunRow.RecentPartition, row.RecentKey, cancellationToken, CopyKey) is { } standing
            && standing.Version != copy)
        {
            await RepairCopyAsync(row, cancellationToken);
        }

        return row with { ETag = version };
    }

    /// <summary>
    /// Removes the copy of one row of a run if the current row has a copy at another time; otherwise the list would show the run
    /// twice.
    /// </summary>
    public async Task DeleteOtherCopyAsync(RunRow row, RunRow standing, CancellationToken cancellationToken)
    {
        if (row.RecentKey != standing.RecentKey)
        {
            await DeleteCopyAsync(row, cancellationToken);
        }
    }

    /// <summary>Removes both rows, the one by name last: while it exists, the removal is unfinished.</summary>
    /// <param name="row">The run's row.</param>
    /// <param name="isLookedAtAgain">Whether a note is kept until <see cref="ForgetDeletedAsync"/>, so that the driver of runs returns to
    /// this one, even after a crash.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task DeleteAsync(RunRow row, bool isLookedAtAgain, CancellationToken cancellationToken)
    {
        if (isLookedAtAgain)
        {
            var note = new StoredRow(DeletedPartition, row.Summary.Run.ToString()) { ["Recent"] = row.RecentKey };
            await _table.PutAsync(note, cancellationToken);
        }

        await DeleteCopyAsync(row, cancellationToken);
        await _table.DeleteAsync(RunRow.Partition, row.Summary.Run.ToString(), cancellationToken);
        signals?.RunWritten.Set();
    }

    /// <summary>
    /// Ends the checks of a deleted run. Also removes a copy written before a change by a process that was killed before it found the run
    /// deleted.
    /// </summary>
    public async Task ForgetDeletedAsync(RunId run, CancellationToken cancellationToken)
    {
        if (await _table.FindAsync(DeletedPartition, run.ToString(), cancellationToken) is { } note)
        {
            await _table.DeleteAsync(RunRow.RecentPartition, note.GetString("Recent"), cancellationToken);
            await _table.DeleteAsync(DeletedPartition, run.ToString(), cancellationToken);
        }
    }

    /// <summary>
    /// Runs that have something to do, and then deleted ones that are to be looked at once more, each in the order of their names.
    /// </summary>
    public async IAsyncEnumerable<RunId> ToDriveAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var filter in (FormattableString[])
        [
            $"PartitionKey eq {RunRow.Partition} and Active eq {true}",
            $"PartitionKey eq {DeletedPartition}",
        ])
        {
            await foreach (var row in _table.QueryAsync(filter, cancellationToken))
            {
                yield return RunId.Parse(row.Key);
            }
        }
    }

    /// <summary>
    /// A run of an upload, whatever its model and profile; <see langword="null"/> where there is none. Looks through all runs.
    /// </summary>
    public async Task<RunRow?> FindOfSourceAsync(string source, CancellationToken cancellationToken) =>
        await OfSourceAsync(source, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    /// <summary>All runs of an upload, whatever their model and profile. Looks through all runs.</summary>
    public IAsyncEnumerable<RunRow> OfSourceAsync(string source, CancellationToken cancellationToken) => _table
        .QueryAsync($"PartitionKey eq {RunRow.Partition} and Source eq {source}", cancellationToken)
        .Select(RunRow.From);

    /// <summary>Runs with nothing left to do that have not changed since a moment, in the order of their names.</summary>
    public IAsyncEnumerable<RunRow> EndedBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken) => _table
        .QueryAsync($"PartitionKey eq {RunRow.Partition} and Active eq {false} and Changed lt {moment}", cancellationToken)
        .Select(RunRow.From);

    /// <summary>A page of runs, newest first.</summary>
    /// <param name="after">The key of the last row of the page before, or <see langword="null"/> for the first page.</param>
    /// <param name="take">1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<(IReadOnlyList<RunRow> Rows, string? Last)> RecentAsync(string? after, int take, CancellationToken cancellationToken)
    {
        var filter = after is null
            ? (FormattableString)$"PartitionKey eq {RunRow.RecentPartition}"
            : (FormattableString)$"PartitionKey eq {RunRow.RecentPartition} and RowKey gt {after}";
        var rows = new List<RunRow>(take);
        await foreach (var entity in _table.QueryAsync(filter, cancellationToken, pageSize: take + 1))
        {
            if (rows.Count == take)
            {
                return (rows, rows[^1].RecentKey);
            }

            rows.Add(RunRow.From(entity));
        }

        return (rows, null);
    }

    /// <summary>Every run, newest first, as far as read.</summary>
    /// <param name="after">The key of the row before the first, or <see langword="null"/> for all.</param>
    /// <param name="pageSize">How many rows are read at a time: 1 to 1,000.</param>
    /// <param name="isOutline">
    /// Whether only the columns by which runs are found and sorted are read (<see cref="RunRow.Outline"/>); the rest is as in a new row.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public IAsyncEnumerable<RunRow> AllRecentAsync(
        string? after, int pageSize, bool isOutline, CancellationToken cancellationToken) => _table
        .QueryAsync(
            after is null
                ? (FormattableString)$"PartitionKey eq {RunRow.RecentPartition}"
                : (FormattableString)$"PartitionKey eq {RunRow.RecentPartition} and RowKey gt {after}",
            cancellationToken,
            pageSize,
            isOutline ? RunRow.Outline : null)
        .Select(RunRow.From);

    /// <summary>Makes the copy what the row is, until the row has not changed meanwhile; without a row there is no copy.</summary>
    private async Task RepairCopyAsync(RunRow row, CancellationToken cancellationToken)
    {
        var current = await FindAsync(row.Summary.Run, cancellationToken);
        while (current is not null)
        {
            await PutCopyAsync(current, cancellationToken);
            var copied = current;
            current = await FindAsync(row.Summary.Run, cancellationToken);
            if (current?.ETag == copied.ETag)
            {
                await DeleteOtherCopyAsync(row, copied, cancellationToken);
                return;
            }
        }

        await DeleteCopyAsync(row, cancellationToken);
    }

    private Task<StoredVersion> PutCopyAsync(RunRow row, CancellationToken cancellationToken) =>
        _table.PutAsync(row.ToRow(RunRow.RecentPartition, row.RecentKey), cancellationToken);

    private Task DeleteCopyAsync(RunRow row, CancellationToken cancellationToken) =>
        _table.DeleteAsync(RunRow.RecentPartition, row.RecentKey, cancellationToken);
}
