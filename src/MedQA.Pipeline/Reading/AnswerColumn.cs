using Parquet;
using Parquet.Schema;

namespace MedQA.Pipeline.Reading;

/// <summary>A column of the table of answers, in every format that it is written in.</summary>
/// <param name="Name">Its name.</param>
internal abstract record AnswerColumn(string Name)
{
    /// <summary>The column in Parquet.</summary>
    public abstract DataField Field { get; }

    /// <summary>The value of an answer; <see langword="null"/> for an empty cell.</summary>
    /// <param name="row">The answer.</param>
    public abstract object? ValueOf(AnswerRow row);

    /// <summary>Writes the values of many answers.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<AnswerRow> answers, CancellationToken cancellationToken);
}

/// <summary>A column of texts, some of which may be missing.</summary>
internal sealed record TextColumn(string Name, Func<AnswerRow, string?> Value) : AnswerColumn(Name)
{
    public override DataField Field { get; } = new DataField<string>(Name);

    public override object? ValueOf(AnswerRow row) => Value(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<AnswerRow> answers, CancellationToken cancellationToken) =>
        group.WriteAsync(Field, (IReadOnlyCollection<string>)[.. answers.Select(row => Value(row)!)]);
}

/// <summary>A column of numbers or truth values, none of which is missing.</summary>
internal sealed record ValueColumn<T>(string Name, Func<AnswerRow, T> Value) : AnswerColumn(Name)
    where T : struct
{
    public override DataField Field { get; } = new DataField<T>(Name);

    public override object? ValueOf(AnswerRow row) => Value(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<AnswerRow> answers, CancellationToken cancellationToken) =>
        group.WriteAsync<T>(Field, answers.Select(Value).ToArray().AsMemory(), cancellationToken: cancellationToken);
}

/// <summary>A column of numbers or truth values, some of which may be missing.</summary>
internal sealed record OptionalColumn<T>(string Name, Func<AnswerRow, T?> Value) : AnswerColumn(Name)
    where T : struct
{
    public override DataField Field { get; } = new DataField<T?>(Name);

    public override object? ValueOf(AnswerRow row) => Value(row);

    public override Task WriteAsync(ParquetRowGroupWriter group, IReadOnlyList<AnswerRow> answers, CancellationToken cancellationToken) =>
        group.WriteAsync<T>(Field, answers.Select(Value).ToArray().AsMemory(), cancellationToken: cancellationToken);
}
