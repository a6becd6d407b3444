using Azure;
using Azure.Data.Tables;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The rows of batches.</summary>
internal sealed class BatchRows(TableClient table)
{
    /// <summary>The rows of a run's retry whose number is at least <paramref name="cursor"/>, in order.</summary>
    public async Task<List<BatchRow>> FromAsync(RunId run, int retry, int cursor, CancellationToken cancellationToken)
    {
        // '~' sorts behind every digit, and 'r' behind the digits of first batches.
        var (low, high) = (new BatchId(retry, cursor).ToString(), retry == 0 ? "9~" : BatchId.PrefixOf(retry) + "~");
        var rows = new List<BatchRow>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {run.ToString()} and RowKey ge {low} and RowKey lt {high}");
        await foreach (var entity in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            rows.Add(BatchRow.From(entity));
        }

        return rows;
    }

    /// <summary>Makes rows for batches that have none; what stands in others stays.</summary>
    public Task CreateAsync(RunId run, IEnumerable<BatchId> batches, CancellationToken cancellationToken) =>
        table.UpsertAllAsync(
            batches.Select(batch => new TableEntity(run.ToString(), batch.ToString())), TableUpdateMode.Merge, cancellationToken);

    /// <summary>Notes that messages were sent.</summary>
    public Task NoteSentAsync(RunId run, IEnumerable<BatchRow> rows, DateTimeOffset sent, CancellationToken cancellationToken) =>
        table.UpsertAllAsync(
            rows.Select(row => new TableEntity(run.ToString(), row.Batch.ToString()) { ["Sent"] = sent, ["Sends"] = row.Sends + 1 }),
            TableUpdateMode.Merge,
            cancellationToken);

    /// <summary>Notes that the answers of batches stand in the table.</summary>
    public Task NoteCollectedAsync(
        RunId run, IEnumerable<(BatchId Batch, RunTotals Totals, DateTimeOffset Written)> batches, CancellationToken cancellationToken) =>
        table.UpsertAllAsync(
            batches.Select(batch =>
            {
                var entity = new TableEntity(run.ToString(), batch.Batch.ToString())
                {
                    ["Collected"] = true,
                    ["AnswersWritten"] = batch.Written
                };
                TotalsColumns.Write(entity, batch.Totals, "Collected");
                return entity;
            }),
            TableUpdateMode.Merge,
            cancellationToken);

    /// <summary>
    /// Writes what went wrong with a batch, for people; the next worker that takes it takes the word back. Where the row is gone nothing is
    /// written.
    /// </summary>
    public async Task NoteErrorAsync(RunId run, BatchId batch, string error, CancellationToken cancellationToken)
    {
        try
        {
            await table.UpdateEntityAsync(
                new TableEntity(run.ToString(), batch.ToString()) { ["Error"] = error },
                ETag.All,
                TableUpdateMode.Merge,
                cancellationToken);
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            // The run is gone, or its rows are made again from its blobs.
        }
    }

    /// <summary>
    /// Writes what a worker says of its batch. Where the row is gone, so is the run (or <c>Advance</c> makes it again) and nothing is
    /// written.
    /// </summary>
    /// <returns>Whether the row stands.</returns>
    public async Task<bool> NoteWorkAsync(RunId run, BatchRow work, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(run.ToString(), work.Batch.ToString())
        {
            ["State"] = work.State.ToString(),
            ["Error"] = work.Error ?? ""
        };
        if (work.Heard is { } heard)
        {
            entity["Heard"] = heard;
        }

        if (work.State is not (BatchState.OtherModel or BatchState.Damaged))
        {
            entity["Attempt"] = work.Attempt;
            entity["Worker"] = work.Worker;
            TotalsColumns.Write(entity, work.Totals);
        }

        try
        {
            await table.UpdateEntityAsync(entity, ETag.All, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            return false;
        }
    }
}
