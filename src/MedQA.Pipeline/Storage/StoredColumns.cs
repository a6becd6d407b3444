using System.Collections;

namespace MedQA.Pipeline.Storage;

/// <summary>The columns of a record in a table: one list, by which it is written and read.</summary>
/// <typeparam name="TRecord">The record.</typeparam>
internal sealed class StoredColumns<TRecord> : IEnumerable<string>
{
    private readonly List<Column> _all = [];

    /// <summary>Adds a column.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="get">Returns the record's value. <see langword="null"/> is not stored.</param>
    /// <param name="set">Returns the record with another value: that of the row, or the type's default if it has none.</param>
    public void Add<TValue>(string name, Func<TRecord, TValue> get, Func<TRecord, TValue, TRecord> set) =>
        _all.Add(new Column(name, record => get(record), (record, row, column) => set(record, row.Get<TValue>(column))));

    /// <summary>Writes a record into a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="record">The record.</param>
    /// <param name="prefix">Begins the name of each column.</param>
    public void Write(StoredRow row, TRecord record, string prefix = "")
    {
        foreach (var column in _all)
        {
            row.SetWhereKnown(prefix + column.Name, column.Get(record));
        }
    }

    /// <summary>Returns a record with the values of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="record">The record with what is in no column.</param>
    /// <param name="prefix">Begins the name of each column.</param>
    public TRecord Read(StoredRow row, TRecord record, string prefix = "") =>
        _all.Aggregate(record, (read, column) => column.Set(read, row, prefix + column.Name));

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _all.Select(static column => column.Name).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed record Column(string Name, Func<TRecord, object?> Get, Func<TRecord, StoredRow, string, TRecord> Set);
}
