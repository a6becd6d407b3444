using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Pipeline.Storage;
using Parquet;
using Parquet.Schema;

namespace MedQA.Pipeline.Results;

/// <summary>A column of an exported table, in every format that the table is written in.</summary>
/// <param name="Name">Its name.</param>
internal abstract record TableColumn<TRow>(string Name)
{
    /// <summary>The column in Parquet.</summary>
    public abstract DataField Field { get; }

    /// <summary>The value of a row; <see langword="null"/> for an empty cell.</summary>
    /// <param name="row">The row.</param>
    public abstract object? ValueOf(TRow row);

    /// <summary>About how many characters of text a row has here: what a writer that holds rows back must hold.</summary>
    public virtual int LengthOf(TRow row) => 0;

    /// <summary>Writes the values of many rows.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows, CancellationToken cancellationToken);
}

/// <summary>A column of texts, some of which may be missing.</summary>
internal sealed record TextColumn<TRow>(string Name, Func<TRow, string?> Value) : TableColumn<TRow>(Name)
{
    public override DataField Field { get; } = new DataField<string>(Name);

    public override object? ValueOf(TRow row) => Value(row);

    public override int LengthOf(TRow row) => Value(row)?.Length ?? 0;

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows, CancellationToken cancellationToken) =>
        group.WriteAsync(Field, (IReadOnlyCollection<string>)[.. rows.Select(row => Value(row)!)]);
}

/// <summary>A column of numbers or truth values, none of which is missing.</summary>
internal sealed record ValueColumn<TRow, T>(string Name, Func<TRow, T> Value) : TableColumn<TRow>(Name)
    where T : struct
{
    public override DataField Field { get; } = new DataField<T>(Name);

    public override object? ValueOf(TRow row) => Value(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows, CancellationToken cancellationToken) =>
        group.WriteAsync<T>(Field, rows.Select(Value).ToArray().AsMemory(), cancellationToken: cancellationToken);
}

/// <summary>A column of numbers or truth values, some of which may be missing.</summary>
internal sealed record OptionalColumn<TRow, T>(string Name, Func<TRow, T?> Value) : TableColumn<TRow>(Name)
    where T : struct
{
    public override DataField Field { get; } = new DataField<T?>(Name);

    public override object? ValueOf(TRow row) => Value(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<TRow> rows, CancellationToken cancellationToken) =>
        group.WriteAsync<T>(Field, rows.Select(Value).ToArray().AsMemory(), cancellationToken: cancellationToken);
}

/// <summary>Lists as cells: one JSON array each, which a cell of every format can hold.</summary>
internal static class ListCell
{
    /// <summary>Texts; <see langword="null"/> stays an empty cell.</summary>
    public static string? Of(IReadOnlyList<string>? texts) =>
        texts is null ? null : JsonSerializer.Serialize(texts, ListJson.Compact.IReadOnlyListString);

    /// <summary>
    /// The votes of an answer: a list by option; where several options can be right an object by the letters of sets. Nothing stays an
    /// empty cell.
    /// </summary>
    public static string? Of(AnswerRow row) => row.SetVotes is { } votes
        ? JsonSerializer.Serialize(votes, ListJson.Compact.IReadOnlyDictionaryStringInt32)
        : Of(row.Votes);

    /// <summary>Whole numbers; <see langword="null"/> stays an empty cell.</summary>
    public static string? Of(IReadOnlyList<int>? numbers) =>
        numbers is null ? null : JsonSerializer.Serialize(numbers, ListJson.Compact.IReadOnlyListInt32);

    /// <summary>Numbers; <see langword="null"/> stays an empty cell.</summary>
    public static string? Of(IReadOnlyList<double>? numbers) =>
        numbers is null ? null : JsonSerializer.Serialize(numbers, ListJson.Compact.IReadOnlyListDouble);
}

/// <summary>Lists in cells of exports, which nothing stores: they have no version.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
[JsonSerializable(typeof(IReadOnlyList<double>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
internal sealed partial class ListJson : JsonSerializerContext
{
    /// <summary>Writes as what is stored is written.</summary>
    public static ListJson Compact => field ??= new(new JsonSerializerOptions(PipelineJson.Compact.Options));
}
