using Azure;
using Azure.Data.Tables;

namespace MedQA.Pipeline.Storage;

/// <summary>A change of a row that is made together with others of its partition, or not at all.</summary>
/// <param name="Action">What the service is asked for.</param>
internal sealed record RowChange(TableTransactionAction Action)
{
    /// <summary>A row that must not exist yet.</summary>
    public static RowChange Add(StoredRow row) => Of(TableTransactionActionType.Add, row);

    /// <summary>A row that replaces any existing one.</summary>
    public static RowChange Put(StoredRow row) => Of(TableTransactionActionType.UpsertReplace, row);

    /// <summary>A row in place of the version that was read.</summary>
    public static RowChange Replace(StoredRow row, StoredVersion version) => Of(TableTransactionActionType.UpdateReplace, row, version);

    /// <summary>Columns of a row of the version that was read; the others stay.</summary>
    public static RowChange Merge(StoredRow row, StoredVersion version) => Of(TableTransactionActionType.UpdateMerge, row, version);

    /// <summary>No row in place of the one that was read.</summary>
    public static RowChange Delete(StoredRow row) => Of(TableTransactionActionType.Delete, row, row.Version);

    private static RowChange Of(TableTransactionActionType type, StoredRow row, StoredVersion version = default) =>
        new(new TableTransactionAction(type, row.Entity, version.ETag));
}

/// <summary>A table, and what its refusals mean.</summary>
/// <param name="client">Speaks of it.</param>
internal sealed class StoredTable(TableClient client)
{
    /// <summary>The most rows that the service takes in one transaction.</summary>
    private const int MaxRows = 100;

    /// <summary>The table of runs.</summary>
    public static StoredTable OfRuns(RunStorage storage) => new(storage.RunTable);

    /// <summary>The table of ratings.</summary>
    public static StoredTable OfRatings(RunStorage storage) => new(storage.RatingTable);

    /// <summary>A row, or <see langword="null"/> where there is none.</summary>
    public async Task<StoredRow?> FindAsync(
        string partition, string key, CancellationToken cancellationToken, IEnumerable<string>? columns = null) =>
        await client.GetEntityIfExistsAsync<TableEntity>(partition, key, columns, cancellationToken) is { HasValue: true, Value: { } row }
            ? new StoredRow(row)
            : null;

    /// <summary>The rows that a filter in OData names, in the order of their keys; at most 1,000 are asked for in a call.</summary>
    public IAsyncEnumerable<StoredRow> QueryAsync(
        FormattableString filter, CancellationToken cancellationToken, int? pageSize = null, IEnumerable<string>? columns = null) =>
        client.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter), pageSize, columns, cancellationToken)
            .Select(static row => new StoredRow(row));

    /// <summary>Writes a row, replacing any existing one.</summary>
    /// <returns>Its version.</returns>
    public async Task<StoredVersion> PutAsync(StoredRow row, CancellationToken cancellationToken) =>
        (await client.UpsertEntityAsync(row.Entity, TableUpdateMode.Replace, cancellationToken)).Headers.ETag ?? default(StoredVersion);

    /// <summary>Writes a row that does not exist yet.</summary>
    /// <returns>Its version; <see langword="null"/> if one exists, which is unchanged.</returns>
    public Task<StoredVersion?> TryAddAsync(StoredRow row, CancellationToken cancellationToken) =>
        TryWriteAsync(() => client.AddEntityAsync(row.Entity, cancellationToken));

    /// <summary>Writes a row in place of the version that was read.</summary>
    /// <returns>Its version; <see langword="null"/> if another process has changed or removed it since; nothing is written then.</returns>
    public Task<StoredVersion?> TryReplaceAsync(StoredRow row, StoredVersion version, CancellationToken cancellationToken) =>
        TryWriteAsync(() => client.UpdateEntityAsync(row.Entity, version.ETag, TableUpdateMode.Replace, cancellationToken));

    /// <summary>Writes some columns of a row unconditionally.</summary>
    /// <returns>Whether the row exists; otherwise nothing was written.</returns>
    public async Task<bool> TryMergeAsync(StoredRow row, CancellationToken cancellationToken)
    {
        try
        {
            await client.UpdateEntityAsync(row.Entity, ETag.All, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return false;
        }
    }

    /// <summary>Removes a row, where there is one.</summary>
    public Task DeleteAsync(string partition, string key, CancellationToken cancellationToken) =>
        client.DeleteEntityAsync(partition, key, ETag.All, cancellationToken);

    /// <summary>Removes a row where it is the version that was read.</summary>
    public Task TryDeleteAsync(StoredRow row, StoredVersion version, CancellationToken cancellationToken) =>
        TryWriteAsync(() => client.DeleteEntityAsync(row.Partition, row.Key, version.ETag, cancellationToken));

    /// <summary>Makes all changes or none. All must lie in one partition.</summary>
    /// <returns>Whether they were made; else one of the rows has changed since it was read, and nothing was.</returns>
    public async Task<bool> TrySubmitAsync(IEnumerable<RowChange> changes, CancellationToken cancellationToken)
    {
        try
        {
            await client.SubmitTransactionAsync(changes.Select(static change => change.Action), cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsOutdated())
        {
            return false;
        }
    }

    /// <summary>
    /// Writes rows, replacing existing ones or only their columns, a hundred per call. All must be in one partition.
    /// </summary>
    public async Task PutAllAsync(IEnumerable<StoredRow> rows, CancellationToken cancellationToken, bool merges = false)
    {
        var action = merges ? TableTransactionActionType.UpsertMerge : TableTransactionActionType.UpsertReplace;
        foreach (var chunk in rows.Chunk(MaxRows))
        {
            await client.SubmitTransactionAsync(chunk.Select(row => new TableTransactionAction(action, row.Entity)), cancellationToken);
        }
    }

    /// <summary>Removes every row of a partition.</summary>
    public Task DeletePartitionAsync(string partition, CancellationToken cancellationToken) =>
        DeleteAllAsync($"PartitionKey eq {partition}", cancellationToken);

    /// <summary>Removes the rows that a filter names. All must lie in one partition.</summary>
    public async Task DeleteAllAsync(FormattableString filter, CancellationToken cancellationToken)
    {
        await foreach (var page in client.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter(filter), select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
            .AsPages(pageSizeHint: 1000))
        {
            foreach (var chunk in page.Values.Chunk(MaxRows))
            {
                try
                {
                    await client.SubmitTransactionAsync(
                        chunk.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
                        cancellationToken);
                }
                catch (RequestFailedException exception) when (exception.IsMissing())
                {
                    // Somebody removes the same rows: a transaction is all or nothing, so the rest of this chunk goes row by row.
                    foreach (var row in chunk)
                    {
                        await client.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
                    }
                }
            }
        }
    }

    private static async Task<StoredVersion?> TryWriteAsync(Func<Task<Response>> write)
    {
        try
        {
            return (await write()).Headers.ETag ?? default(StoredVersion);
        }
        catch (RequestFailedException exception) when (exception.IsOutdated())
        {
            return null;
        }
    }
}
