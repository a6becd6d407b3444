using Parquet;
using Parquet.Schema;

namespace MedQA.Pipeline.Reading;

/// <summary>Writes the table of answers as Parquet, answer by answer; a row group is in memory at a time. The same answers give the same file.</summary>
internal sealed class AnswerParquet : IAsyncDisposable
{
    /// <summary>The media type of the file.</summary>
    public const string ContentType = "application/vnd.apache.parquet";

    private const int RowsOfGroup = 50_000;

    private readonly ParquetWriter _writer;
    private readonly List<AnswerRow> _group = [];
    private bool _isComplete;

    private AnswerParquet(ParquetWriter writer) => _writer = writer;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it is written; not closed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<AnswerParquet> CreateAsync(Stream file, CancellationToken cancellationToken) =>
        new(await ParquetWriter.CreateAsync(new ParquetSchema(AnswerTable.Columns.Select(static column => column.Field)), file, cancellationToken: cancellationToken));

    /// <summary>Writes an answer.</summary>
    public async Task AddAsync(AnswerRow row, CancellationToken cancellationToken)
    {
        _group.Add(row);
        if (_group.Count == RowsOfGroup)
        {
            await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Makes the file whole.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_group.Count > 0)
        {
            await FlushAsync(cancellationToken);
        }

        await DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The writer's end is the file's: a second one would be written behind it.
        if (!_isComplete)
        {
            _isComplete = true;
            await _writer.DisposeAsync();
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        foreach (var column in AnswerTable.Columns)
        {
            await column.WriteAsync(group, _group, cancellationToken);
        }

        _group.Clear();
    }
}
