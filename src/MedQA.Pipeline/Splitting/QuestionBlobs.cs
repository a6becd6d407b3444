using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using MedQA.Datasets.Writing;
using MedQA.Evaluation.Questions;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Writes what splitting makes of a question set while it is read: a blob per batch, the rejected rows, and the indexes over ids and texts.
/// Holds one batch at a time.
/// </summary>
internal sealed class QuestionBlobs(RunStorage storage, RunId run, int batchSize) : IDisposable
{
    private const int FirstRejected = 100;

    private readonly MemoryStream _batch = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<(ulong Hash, int Ordinal)> _ids = [];
    private readonly ImmutableArray<UnusableRow>.Builder _rejected = ImmutableArray.CreateBuilder<UnusableRow>();
    private readonly List<long> _textOffsets = [0];
    private readonly WordIndex.Writer _words = new(storage, run);
    private readonly BlobWriter _texts = new(storage.Blob(run, TextIndex.TextsName), "application/x-ndjson");
    private readonly BlobWriter _rejectedFile = new(storage.Blob(run, "rejected.csv"), "text/csv; charset=utf-8");

    /// <summary>Questions so far.</summary>
    public int Questions { get; private set; }

    /// <summary>Rejected rows so far.</summary>
    public int Rejected { get; private set; }

    /// <summary>The first rejected rows.</summary>
    public ImmutableArray<UnusableRow> First => _rejected.ToImmutable();

    /// <summary>Takes a question.</summary>
    public async Task AddAsync(Question question, CancellationToken cancellationToken)
    {
        var ordinal = Questions++;
        JsonSerializer.Serialize(_batch, new BatchQuestion(ordinal, question), PipelineJson.Compact.BatchQuestion);
        _batch.WriteByte((byte)'\n');
        _ids.Add((OrdinalIndex.HashOf(question.Id), ordinal));
        _ids.Add((OrdinalIndex.HashOf($"{question.Dataset}/{question.Id}"), ordinal));

        var indexed = IndexedText.Of(ordinal, question);
        await _words.AddAsync(indexed, cancellationToken);
        var text = JsonSerializer.SerializeToUtf8Bytes(indexed, PipelineJson.Compact.IndexedText);
        await _texts.WriteAsync(text, cancellationToken);
        await _texts.WriteAsync("\n"u8.ToArray(), cancellationToken);
        _textOffsets.Add(_textOffsets[^1] + text.Length + 1);
        if (Questions % batchSize == 0)
        {
            await WriteBatchAsync(cancellationToken);
        }
    }

    /// <summary>Takes a row that cannot be used.</summary>
    public async Task AddAsync(UnusableRow row, CancellationToken cancellationToken)
    {
        Rejected++;
        if (_rejected.Count < FirstRejected)
        {
            _rejected.Add(row);
        }

        if (Rejected == 1)
        {
            await _rejectedFile.WriteAsync(CsvLine.Of("line", "id", "reason"), cancellationToken);
        }

        await _rejectedFile.WriteAsync(CsvLine.Of(row.Line, row.Id, row.Reason), cancellationToken);
    }

    /// <summary>Writes what is left.</summary>
    /// <returns>The hash over all questions.</returns>
    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_batch.Length > 0)
        {
            await WriteBatchAsync(cancellationToken);
        }

        await storage.Blob(run, OrdinalIndex.IdsName).PutAsync(OrdinalIndex.OfIds(_ids), "application/octet-stream", cancellationToken);
        await storage.Blob(run, TextIndex.OffsetsName)
            .PutAsync(TextIndex.OfOffsets(_textOffsets), "application/octet-stream", cancellationToken);
        await _texts.CompleteAsync(cancellationToken);
        await _words.CompleteAsync(cancellationToken);
        await CompleteRejectedAsync(cancellationToken);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>
    /// Removes the questions that were written, where they lead to no run, and keeps the rejected rows: they say what to mend.
    /// </summary>
    public async Task DiscardQuestionsAsync(CancellationToken cancellationToken)
    {
        await CompleteRejectedAsync(cancellationToken);
        await storage.DeleteAllAsync(run, "questions/", cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        _batch.Dispose();
    }

    private Task CompleteRejectedAsync(CancellationToken cancellationToken) =>
        Rejected > 0 ? _rejectedFile.CompleteAsync(cancellationToken) : Task.CompletedTask;

    private async Task WriteBatchAsync(CancellationToken cancellationToken)
    {
        var content = _batch.ToArray();
        _hash.AppendData(content);
        _batch.SetLength(0);

        // Written over what a split that was cut off has left: the same event makes the same batches.
        var batch = BatchId.First((Questions - 1) / batchSize);
        await storage.Questions(run, batch).PutAsync(BinaryData.FromBytes(content), "application/x-ndjson", cancellationToken);
    }
}
