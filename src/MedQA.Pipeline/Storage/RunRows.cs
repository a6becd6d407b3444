using Azure;
using Azure.Data.Tables;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The rows of runs. Each stands twice: by name, which is the one that counts and changes only by its ETag, and by time for lists.
/// The copy is written first, so that a crash in between leaves it ahead, never behind. Writers that meet overwrite each other's copies:
/// whoever has changed the row looks whether its copy is still there, and whoever has not puts the row that stands in its place, and looks
/// again.
/// </summary>
/// <param name="table">The table of runs.</param>
/// <param name="signals">Is told of every row that was written; <see langword="null"/> for those who only read.</param>
internal sealed class RunRows(TableClient table, PipelineSignals? signals = null)
{
    /// <summary>
    /// Runs that are deleted, and must be looked at once more: until then what was being written of them elsewhere may have come after.
    /// </summary>
    private const string DeletedPartition = "deleted";

    private static readonly string[] CopyKey = ["PartitionKey", "RowKey"];

    /// <summary>The run's row, or <see langword="null"/>.</summary>
    public async Task<RunRow?> FindAsync(RunId run, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(RunRow.Partition, run.ToString(), cancellationToken: cancellationToken);
        return found.HasValue ? RunRow.From(found.Value!) : null;
    }

    /// <summary>Writes a row that does not stand yet; where one stands, that one stays.</summary>
    public async Task CreateAsync(RunRow row, CancellationToken cancellationToken)
    {
        // The row by name last: a deletion in between removes the copy, and the row that then comes too late is removed by whoever finds
        // it.
        await table.UpsertEntityAsync(row.ToEntity(RunRow.RecentPartition, row.RecentKey), TableUpdateMode.Replace, cancellationToken);
        try
        {
            await table.AddEntityAsync(row.ToEntity(RunRow.Partition, row.Summary.Run.ToString()), cancellationToken);
            signals?.RunWritten.Set();
        }
        catch (RequestFailedException fault) when (fault.IsConflict())
        {
            await RepairCopyAsync(row, cancellationToken);
        }
    }

    /// <summary>Writes a changed row.</summary>
    /// <returns>The row with its new version, or <see langword="null"/> where somebody else has changed or removed it since it was
    /// read.</returns>
    public async Task<RunRow?> TryUpdateAsync(RunRow row, CancellationToken cancellationToken)
    {
        var copy =
            await table.UpsertEntityAsync(row.ToEntity(RunRow.RecentPartition, row.RecentKey), TableUpdateMode.Replace, cancellationToken);
        try
        {
            var response = await table.UpdateEntityAsync(
                row.ToEntity(RunRow.Partition, row.Summary.Run.ToString()), row.ETag, TableUpdateMode.Replace, cancellationToken);
            signals?.RunWritten.Set();
            var standing = await table.GetEntityIfExistsAsync<TableEntity>(
                RunRow.RecentPartition, row.RecentKey, select: CopyKey, cancellationToken: cancellationToken);
            if (standing.HasValue && standing.Value!.ETag != copy.Headers.ETag)
            {
                await RepairCopyAsync(row, cancellationToken);
            }

            return row with { ETag = response.Headers.ETag ?? default };
        }
        catch (RequestFailedException fault) when (fault.IsConflict() || fault.IsMissing())
        {
            await RepairCopyAsync(row, cancellationToken);
            return null;
        }
    }

    /// <summary>
    /// Removes the copy that one row of a run has, where another one stands whose copy is at another moment: the list would show the run
    /// twice.
    /// </summary>
    public async Task DeleteOtherCopyAsync(RunRow row, RunRow standing, CancellationToken cancellationToken)
    {
        if (row.RecentKey != standing.RecentKey)
        {
            await table.DeleteEntityAsync(RunRow.RecentPartition, row.RecentKey, ETag.All, cancellationToken);
        }
    }

    /// <summary>Removes both rows, the one by name last: while it stands, somebody still has to finish.</summary>
    /// <param name="row">The run's row.</param>
    /// <param name="isLookedAtAgain">Whether a note stays until <see cref="ForgetDeletedAsync"/>, so that whoever drives runs comes back to
    /// this one, also after a crash.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task DeleteAsync(RunRow row, bool isLookedAtAgain, CancellationToken cancellationToken)
    {
        if (isLookedAtAgain)
        {
            var note = new TableEntity(DeletedPartition, row.Summary.Run.ToString()) { ["Recent"] = row.RecentKey };
            await table.UpsertEntityAsync(note, TableUpdateMode.Replace, cancellationToken);
        }

        await table.DeleteEntityAsync(RunRow.RecentPartition, row.RecentKey, ETag.All, cancellationToken);
        await table.DeleteEntityAsync(RunRow.Partition, row.Summary.Run.ToString(), ETag.All, cancellationToken);
        signals?.RunWritten.Set();
    }

    /// <summary>
    /// Ends the looks at a deleted run. A copy that a process wrote in front of a change, and that was killed before it found the run gone,
    /// goes here.
    /// </summary>
    public async Task ForgetDeletedAsync(RunId run, CancellationToken cancellationToken)
    {
        var note = await table.GetEntityIfExistsAsync<TableEntity>(DeletedPartition, run.ToString(), cancellationToken: cancellationToken);
        if (note.HasValue)
        {
            await table.DeleteEntityAsync(RunRow.RecentPartition, note.Value!.GetString("Recent"), ETag.All, cancellationToken);
            await table.DeleteEntityAsync(DeletedPartition, run.ToString(), ETag.All, cancellationToken);
        }
    }

    /// <summary>
    /// Runs that have something to do, and then deleted ones that are to be looked at once more, each in the order of their names.
    /// </summary>
    public async IAsyncEnumerable<RunId> ToDriveAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var filter in (string[])
        [
            $"PartitionKey eq '{RunRow.Partition}' and Active eq true",
            $"PartitionKey eq '{DeletedPartition}'",
        ])
        {
            await foreach (var entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            {
                yield return RunId.Parse(entity.RowKey);
            }
        }
    }

    /// <summary>
    /// A run of an upload, whatever its model and profile; <see langword="null"/> where there is none. Looks through all runs.
    /// </summary>
    public async Task<RunRow?> FindOfSourceAsync(string source, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {RunRow.Partition} and Source eq {source}");
        await foreach (var entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            return RunRow.From(entity);
        }

        return null;
    }

    /// <summary>Runs with nothing left to do that have not changed since a moment, in the order of their names.</summary>
    public async IAsyncEnumerable<RunRow> EndedBeforeAsync(
        DateTimeOffset moment, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {RunRow.Partition} and Active eq false and Changed lt {moment}");
        await foreach (var entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return RunRow.From(entity);
        }
    }

    /// <summary>A page of runs, newest first.</summary>
    /// <param name="after">The key of the last row of the page before, or <see langword="null"/> for the first page.</param>
    /// <param name="take">1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<(IReadOnlyList<RunRow> Rows, string? Last)> RecentAsync(string? after, int take, CancellationToken cancellationToken)
    {
        var filter = after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {RunRow.RecentPartition}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {RunRow.RecentPartition} and RowKey gt {after}");
        var rows = new List<RunRow>(take);
        await foreach (var entity in table.QueryAsync<TableEntity>(filter, maxPerPage: take + 1, cancellationToken: cancellationToken))
        {
            if (rows.Count == take)
            {
                return (rows, rows[^1].RecentKey);
            }

            rows.Add(RunRow.From(entity));
        }

        return (rows, null);
    }

    /// <summary>Makes the copy what the row is, until the row has not changed meanwhile; without a row there is no copy.</summary>
    private async Task RepairCopyAsync(RunRow row, CancellationToken cancellationToken)
    {
        var stands = await FindAsync(row.Summary.Run, cancellationToken);
        while (stands is not null)
        {
            await table.UpsertEntityAsync(
                stands.ToEntity(RunRow.RecentPartition, stands.RecentKey), TableUpdateMode.Replace, cancellationToken);
            var copied = stands;
            stands = await FindAsync(row.Summary.Run, cancellationToken);
            if (stands?.ETag == copied.ETag)
            {
                await DeleteOtherCopyAsync(row, copied, cancellationToken);
                return;
            }
        }

        await table.DeleteEntityAsync(RunRow.RecentPartition, row.RecentKey, ETag.All, cancellationToken);
    }
}
