using Azure.Data.Tables;

namespace MedQA.Pipeline.Storage;

/// <summary>A row of a table: its keys, its version and its columns.</summary>
/// <param name="entity">What the service takes and gives.</param>
internal sealed class StoredRow(TableEntity entity)
{
    /// <summary>A row without columns.</summary>
    public StoredRow(string partition, string key)
        : this(new TableEntity(partition, key))
    {
    }

    /// <summary>What the service takes and gives.</summary>
    public TableEntity Entity => entity;

    public string Partition => entity.PartitionKey;

    public string Key => entity.RowKey;

    public StoredVersion Version => entity.ETag;

    /// <summary>When the row last changed, by the storage's clock.</summary>
    public DateTimeOffset Changed => entity.Timestamp ?? default;

    public object? this[string column]
    {
        set => entity[column] = value;
    }

    /// <summary>Writes a column that has a value.</summary>
    public void SetWhereKnown(string column, object? value)
    {
        if (value is not null)
        {
            entity[column] = value;
        }
    }

    public void Remove(string column) => entity.Remove(column);

    /// <summary>Returns a column's value, or the type's default if the row has none.</summary>
    public TValue Get<TValue>(string column) => entity[column] is { } value ? (TValue)value : default!;

    public string GetString(string column) => entity.GetString(column);

    public int? GetInt32(string column) => entity.GetInt32(column);

    public long? GetInt64(string column) => entity.GetInt64(column);

    public double? GetDouble(string column) => entity.GetDouble(column);

    public bool? GetBoolean(string column) => entity.GetBoolean(column);

    public DateTimeOffset? GetDateTimeOffset(string column) => entity.GetDateTimeOffset(column);
}
