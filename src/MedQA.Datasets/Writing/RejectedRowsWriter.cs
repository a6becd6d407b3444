namespace MedQA.Datasets.Writing;

/// <summary>Writes the rows that cannot be used as a table for people: line, id, reason.</summary>
public static class RejectedRowsWriter
{
    /// <summary>Writes the rows as CSV (UTF-8, CRLF) with formula cells neutralized.</summary>
    /// <returns>How many rows were written.</returns>
    public static async Task<int> WriteAsync(
        Stream stream, IAsyncEnumerable<RejectedRow> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rows);
        await using var table = new StreamWriter(stream, leaveOpen: true);
        await table.WriteAsync(CsvLine.Of("line", "id", "reason").AsMemory(), cancellationToken);
        var count = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await table.WriteAsync(CsvLine.Of(row.Line, row.Id, row.Reason).AsMemory(), cancellationToken);
            count++;
        }

        return count;
    }
}
