using Azure;
using Azure.Data.Tables;

namespace MedQA.Pipeline.Storage;

/// <summary>Writes many rows of one partition with few calls.</summary>
internal static class TableTransactions
{
    /// <summary>The most rows that the service takes in one transaction.</summary>
    private const int MaxRows = 100;

    /// <summary>Writes rows, a hundred a call. All must lie in one partition.</summary>
    public static async Task UpsertAllAsync(
        this TableClient table, IEnumerable<TableEntity> rows, TableUpdateMode mode, CancellationToken cancellationToken)
    {
        var action = mode == TableUpdateMode.Merge ? TableTransactionActionType.UpsertMerge : TableTransactionActionType.UpsertReplace;
        foreach (var chunk in rows.Chunk(MaxRows))
        {
            await table.SubmitTransactionAsync(chunk.Select(row => new TableTransactionAction(action, row)), cancellationToken);
        }
    }

    /// <summary>Removes every row of a partition.</summary>
    public static Task DeletePartitionAsync(this TableClient table, string partition, CancellationToken cancellationToken) =>
        table.DeleteAllAsync(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken);

    /// <summary>Removes the rows that a filter names. All must lie in one partition.</summary>
    public static async Task DeleteAllAsync(this TableClient table, string filter, CancellationToken cancellationToken)
    {
        await foreach (var page in table.QueryAsync<TableEntity>(
            filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken).AsPages(pageSizeHint: 1000))
        {
            foreach (var chunk in page.Values.Chunk(MaxRows))
            {
                try
                {
                    await table.SubmitTransactionAsync(
                        chunk.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
                        cancellationToken);
                }
                catch (RequestFailedException fault) when (fault.IsMissing())
                {
                    // Somebody removes the same rows: a transaction is all or nothing, so the rest of this chunk goes row by row.
                    foreach (var row in chunk)
                    {
                        await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
                    }
                }
            }
        }
    }
}
