using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The rows of batches.</summary>
internal sealed class BatchRows(RunStorage storage)
{
    private readonly StoredTable _table = new(storage.BatchTable);

    /// <summary>The rows of a run's retry whose number is at least <paramref name="cursor"/>, in order.</summary>
    public async Task<List<BatchRow>> FromAsync(RunId run, int retry, int cursor, CancellationToken cancellationToken)
    {
        // '~' sorts behind every digit, and 'r' behind the digits of first batches.
        var (low, high) = (new BatchId(retry, cursor).ToString(), retry == 0 ? "9~" : BatchId.PrefixOf(retry) + "~");
        return await _table.QueryAsync($"PartitionKey eq {run.ToString()} and RowKey ge {low} and RowKey lt {high}", cancellationToken)
            .Select(BatchRow.From)
            .ToListAsync(cancellationToken);
    }

    /// <summary>Creates rows for batches that have none; existing rows are unchanged.</summary>
    public Task CreateAsync(RunId run, IEnumerable<BatchId> batches, CancellationToken cancellationToken) =>
        _table.PutAllAsync(batches.Select(batch => new StoredRow(run.ToString(), batch.ToString())), cancellationToken, merges: true);

    /// <summary>Notes that messages were sent.</summary>
    public Task NoteSentAsync(RunId run, IEnumerable<BatchRow> rows, DateTimeOffset sent, CancellationToken cancellationToken) =>
        _table.PutAllAsync(
            rows.Select(row => new StoredRow(run.ToString(), row.Batch.ToString()) { ["Sent"] = sent, ["Sends"] = row.Sends + 1 }),
            cancellationToken,
            merges: true);

    /// <summary>Records that the answers of batches are in the table.</summary>
    public Task NoteCollectedAsync(
        RunId run, IEnumerable<(BatchId Batch, RunTotals Totals, DateTimeOffset Written)> batches, CancellationToken cancellationToken) =>
        _table.PutAllAsync(
            batches.Select(batch =>
            {
                var entity = new StoredRow(run.ToString(), batch.Batch.ToString())
                {
                    ["Collected"] = true,
                    ["AnswersWritten"] = batch.Written
                };
                TotalsColumns.Write(entity, batch.Totals, "Collected");
                return entity;
            }),
            cancellationToken,
            merges: true);

    /// <summary>
    /// Writes what went wrong with a batch, for people; the next worker that takes it clears the error. If the row is missing, nothing is
    /// written.
    /// </summary>
    public Task NoteErrorAsync(RunId run, BatchId batch, string error, CancellationToken cancellationToken) =>
        _table.TryMergeAsync(new StoredRow(run.ToString(), batch.ToString()) { ["Error"] = error }, cancellationToken);

    /// <summary>Removes the rows of a run.</summary>
    public Task DeleteAsync(RunId run, CancellationToken cancellationToken) =>
        _table.DeletePartitionAsync(run.ToString(), cancellationToken);

    /// <summary>
    /// Writes a worker's report on its batch. If the row is missing, so is the run (or <c>Advance</c> recreates it), and nothing is
    /// written.
    /// </summary>
    /// <returns>Whether the row exists.</returns>
    public Task<bool> NoteWorkAsync(RunId run, BatchRow work, CancellationToken cancellationToken)
    {
        var entity = new StoredRow(run.ToString(), work.Batch.ToString())
        {
            ["State"] = work.State.ToString(),
            ["Error"] = work.Error ?? ""
        };
        entity.SetWhereKnown("Heard", work.Heard);
        if (work.State is not (BatchState.OtherModel or BatchState.Damaged))
        {
            entity["Attempt"] = work.Attempt;
            entity["Worker"] = work.Worker;
            TotalsColumns.Write(entity, work.Totals);
        }

        return _table.TryMergeAsync(entity, cancellationToken);
    }
}
