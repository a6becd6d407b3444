using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Advancing;

/// <summary>An answer with the place where its line lies.</summary>
/// <param name="Answered">The answer, without the texts and tokens of its reasonings.</param>
/// <param name="Batch">The batch that answered it.</param>
/// <param name="Offset">Where its line begins in that batch's answers, in bytes.</param>
/// <param name="Length">The line's length in bytes.</param>
internal readonly record struct PlacedAnswer(AnsweredQuestion Answered, BatchId Batch, long Offset, int Length);

/// <summary>The answers of a finished batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Answers">In the order of their ordinals.</param>
/// <param name="Written">When they were written, by the storage's clock.</param>
/// <param name="Hash">SHA-256 over the lines, each with a line feed behind it.</param>
internal sealed record FinishedBatch(BatchId Batch, List<PlacedAnswer> Answers, DateTimeOffset Written, byte[] Hash);

/// <summary>Reads the answers of a run's finished batches, for those who count them: without the texts and tokens of the reasonings.</summary>
internal sealed class RunAnswers(RunStorage storage)
{
    /// <summary>Batches that are read while one is counted.</summary>
    private const int Ahead = 3;

    /// <summary>The answers of one finished batch in the order of their ordinals.</summary>
    /// <param name="run">The run.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns><see langword="null"/> where the batch is not finished.</returns>
    public async Task<FinishedBatch?> FindAsync(RunId run, BatchId batch, CancellationToken cancellationToken)
    {
        if (await storage.Answers(run, batch).FindStreamAsync(cancellationToken) is not { } blob)
        {
            return null;
        }

        await using var content = blob.Content;
        var answers = new List<PlacedAnswer>();
        using var hash = new BatchHashing();
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            hash.AddLine(line.Content.Span);
            var answered = BlobReading.ParseLine(line.Content, PipelineJson.Counted)
                ?? throw new InvalidDataException($"Blob {run}/answers/{batch}.jsonl is damaged at byte {line.Offset}. Retry or delete the run.");
            answers.Add(new PlacedAnswer(answered, batch, line.Offset, line.Content.Length));
        }

        return new FinishedBatch(batch, answers, blob.Details.LastModified, hash.End());
    }

    /// <summary>Every answer of the run in the order of the ordinals, batch by batch; of a question that was tried again the last try. The next batches are read while one is worked on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="retries">How often failed questions were tried again.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="sealing">Is told what the batches hash to, where a seal is made.</param>
    public async IAsyncEnumerable<(List<PlacedAnswer> Answers, DateTimeOffset Written)> AllAsync(
        RunId run, RunManifest manifest, int retries, [EnumeratorCancellation] CancellationToken cancellationToken, RunSealing? sealing = null)
    {
        var retried = await RetriedAsync(run, retries, cancellationToken);
        await foreach (var tries in ReadAhead.InOrderAsync(Enumerable.Range(0, manifest.Batches), Ahead, TriesAsync, cancellationToken))
        {
            foreach (var batch in tries)
            {
                sealing?.Add(batch.Batch, batch.Hash);
            }

            switch (tries)
            {
                case []:
                    continue;
                case [var only]:
                    yield return (only.Answers, only.Written);
                    continue;
            }

            var last = new SortedDictionary<int, PlacedAnswer>();
            foreach (var answer in tries.SelectMany(static batch => batch.Answers))
            {
                last[answer.Answered.Ordinal] = answer;
            }

            yield return ([.. last.Values], tries.Max(static batch => batch.Written));
        }

        async Task<List<FinishedBatch>> TriesAsync(int number, CancellationToken cancel)
        {
            var tries = new List<FinishedBatch>();
            if (await FindAsync(run, BatchId.First(number), cancel) is { } first)
            {
                tries.Add(first);
                foreach (var batch in retried.GetValueOrDefault(number, []))
                {
                    if (await FindAsync(run, batch, cancel) is { } later)
                    {
                        tries.Add(later);
                    }
                }
            }

            return tries;
        }
    }

    /// <summary>What the answers hash to as they are now, read or not: a batch that is missing is left out, and one that is damaged is hashed as it is.</summary>
    public async Task<RunSeal> SealAsync(RunId run, RunManifest manifest, int retries, CancellationToken cancellationToken)
    {
        var sealing = await BeginSealAsync(run, cancellationToken);
        var retried = await RetriedAsync(run, retries, cancellationToken);
        for (var number = 0; number < manifest.Batches; number++)
        {
            foreach (var batch in (IEnumerable<BatchId>)[BatchId.First(number), .. retried.GetValueOrDefault(number, [])])
            {
                if (await storage.Answers(run, batch).FindStreamAsync(cancellationToken) is not { } blob)
                {
                    continue;
                }

                await using var content = blob.Content;
                using var hash = new BatchHashing();
                await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
                {
                    hash.AddLine(line.Content.Span);
                }

                sealing.Add(batch, hash.End());
            }
        }

        return sealing.Seal;
    }

    /// <summary>Begins a seal with the manifest as it is stored.</summary>
    public async Task<RunSealing> BeginSealAsync(RunId run, CancellationToken cancellationToken) =>
        new((await storage.Manifest(run).FindContentAsync(cancellationToken) ?? BinaryData.Empty).ToMemory().Span);

    /// <summary>The first batch that should be finished and has no answers, or <see langword="null"/>: rows can outlive the blobs that they speak of, where a storage comes back from a crash with less than it had.</summary>
    public async Task<BatchId?> FindMissingAsync(RunId run, RunManifest manifest, int retries, CancellationToken cancellationToken)
    {
        for (var retry = 0; retry <= retries; retry++)
        {
            var answered = await ListAsync(run, "answers", retry, cancellationToken).ToHashSetAsync(cancellationToken: cancellationToken);
            var asked = retry == 0
                ? Enumerable.Range(0, manifest.Batches).Select(BatchId.First)
                : await ListAsync(run, "questions", retry, cancellationToken).ToListAsync(cancellationToken);
            foreach (var batch in asked)
            {
                if (!answered.Contains(batch))
                {
                    return batch;
                }
            }
        }

        return null;
    }

    /// <summary>The finished batches of retries by the number of the batch that they try again, in the order of the retries.</summary>
    private async Task<Dictionary<int, List<BatchId>>> RetriedAsync(RunId run, int retries, CancellationToken cancellationToken)
    {
        var retried = new Dictionary<int, List<BatchId>>();
        for (var retry = 1; retry <= retries; retry++)
        {
            await foreach (var batch in ListAsync(run, "answers", retry, cancellationToken))
            {
                (retried.TryGetValue(batch.Number, out var known) ? known : retried[batch.Number] = []).Add(batch);
            }
        }

        return retried;
    }

    /// <summary>The batches of a retry that have a blob of a kind, in order.</summary>
    public async IAsyncEnumerable<BatchId> ListAsync(RunId run, string kind, int retry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = $"{run}/{kind}/";
        await foreach (var blob in storage.Runs.GetBlobsAsync(new GetBlobsOptions { Prefix = folder + BatchId.PrefixOf(retry) }, cancellationToken))
        {
            if (BatchId.TryParse(blob.Name.AsSpan(folder.Length).ToString().Replace(".jsonl", "", StringComparison.Ordinal), out var batch) && batch.Retry == retry)
            {
                yield return batch;
            }
        }
    }
}
