using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// Begins the retry of a run: batches <c>r{n}-…</c> of the questions only that infrastructure failed to answer. What is finished is never
/// touched; the highest retry wins.
/// </summary>
internal sealed class RunRetry(RunStorage storage)
{
    private readonly RunAnswers _answers = new(storage);
    private readonly BatchRows _batches = new(storage);

    /// <summary>The run's row with the retry begun, or going on where the run was stopped before its end.</summary>
    public async Task<RunRow> BeginAsync(RunRow row, RunManifest manifest, CancellationToken cancellationToken)
    {
        if (row.Summary.FinishedBatches < row.Summary.Batches)
        {
            return row with
            {
                Summary = row.Summary with { State = RunState.Queued, Reason = null, Requested = RequestedAction.None, Finished = null }
            };
        }

        var run = row.Summary.Run;
        var retry = row.Summary.Retry + 1;
        var failed = new SortedDictionary<int, HashSet<int>>();
        await foreach (var (answers, _) in _answers.AllAsync(run, manifest, row.Summary.Retry, cancellationToken))
        {
            foreach (var ordinal in answers.Where(static answer => answer.Answered.Failure is { IsOfQuestion: false })
                .Select(static answer => answer.Answered.Ordinal))
            {
                var number = manifest.BatchOf(ordinal);
                (failed.TryGetValue(number, out var known) ? known : failed[number] = []).Add(ordinal);
            }
        }

        foreach (var (number, ordinals) in failed)
        {
            await WriteQuestionsAsync(run, number, retry, ordinals, cancellationToken);
        }

        var batches = failed.Keys.Select(number => new BatchId(retry, number)).ToList();
        await _batches.CreateAsync(run, batches, cancellationToken);
        return Begun(row, retry, batches.Count);
    }

    /// <summary>
    /// The run's row at the beginning of the next retry, where its batches were written already; else <see langword="null"/>.
    /// </summary>
    public async Task<RunRow?> FindNextAsync(RunRow row, CancellationToken cancellationToken)
    {
        var retry = row.Summary.Retry + 1;
        var batches = await _answers.ListAsync(row.Summary.Run, "questions", retry, cancellationToken).ToListAsync(cancellationToken);
        if (batches.Count == 0)
        {
            return null;
        }

        await _batches.CreateAsync(row.Summary.Run, batches, cancellationToken);
        return Begun(row, retry, batches.Count);
    }

    private static RunRow Begun(RunRow row, int retry, int batches) => row with
    {
        Cursor = 0,
        Collected = row.Summary.Totals,
        CollectedBatches = 0,
        Summary = row.Summary with
        {
            State = RunState.Queued,
            Reason = null,
            Requested = RequestedAction.None,
            Retry = retry,
            Batches = batches,
            FinishedBatches = 0,
            Finished = null,
        },
    };

    private async Task WriteQuestionsAsync(RunId run, int number, int retry, HashSet<int> ordinals, CancellationToken cancellationToken)
    {
        if (await storage.Questions(run, BatchId.First(number)).FindStreamAsync(cancellationToken) is not { } blob)
        {
            throw new InvalidDataException(
                $"Blob {run}/questions/{BatchId.First(number)}.jsonl is missing. Delete the run and upload its questions again.");
        }

        await using var content = blob.Content;
        using var kept = new MemoryStream();
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            if (BlobReading.ParseLine(line.Content, PipelineJson.Compact.BatchQuestion) is { } question
                && ordinals.Contains(question.Ordinal))
            {
                kept.Write(line.Content.Span);
                kept.WriteByte((byte)'\n');
            }
        }

        await storage.Questions(run, new BatchId(retry, number))
            .PutAsync(BinaryData.FromBytes(kept.ToArray()), "application/x-ndjson", cancellationToken);
    }
}
