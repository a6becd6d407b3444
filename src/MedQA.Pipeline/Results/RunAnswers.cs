using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Results;

/// <summary>An answer with the location of its line.</summary>
/// <param name="Answered">The answer, without the texts and tokens of its reasonings.</param>
/// <param name="Batch">The batch that answered it.</param>
/// <param name="Offset">Where its line begins in that batch's answers, in bytes.</param>
/// <param name="Length">The line's length in bytes.</param>
internal readonly record struct PlacedAnswer(AnsweredQuestion Answered, BatchId Batch, long Offset, int Length);

/// <summary>The answers of a finished batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Answers">In the order of their ordinals.</param>
/// <param name="Written">When they were written, by the storage's clock.</param>
/// <param name="ETag">Their version.</param>
/// <param name="Hash">What they hash to.</param>
internal sealed record FinishedBatch(BatchId Batch, List<PlacedAnswer> Answers, DateTimeOffset Written, string ETag, byte[] Hash);

/// <summary>
/// Reads the answers of a run's finished batches, for those who count them: without the texts and tokens of the reasonings.
/// </summary>
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
                ?? throw new InvalidDataException(
                    $"Blob {run}/answers/{batch}.jsonl is damaged at byte {line.Offset}. Retry or delete the run.");
            answers.Add(new PlacedAnswer(answered, batch, line.Offset, line.Content.Length));
        }

        return new FinishedBatch(batch, answers, blob.Written, blob.Version.ToString(), hash.End());
    }

    /// <summary>What is counted of a first try of a batch; <see langword="null"/> where the batch is not finished.</summary>
    public async Task<FinishedBatch?> FindCountedAsync(RunId run, int number, CancellationToken cancellationToken) =>
        await FindCountedAsync(run, BatchId.First(number), version: null, cancellationToken)
            ?? await FindAsync(run, BatchId.First(number), cancellationToken);

    /// <summary>
    /// Stores a batch's counts. Only a shortcut: a reader that does not find it, or finds it older than the answers, reads the
    /// answers.
    /// </summary>
    public async Task KeepCountedAsync(RunId run, FinishedBatch finished, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = PipelineJson.Compact.Options.Encoder });
        JsonSerializer.Serialize(json, new CountedBatch(finished.ETag, finished.Written, finished.Hash), PipelineJson.Compact.CountedBatch);
        foreach (var answer in finished.Answers)
        {
            lines.Write("\n"u8);
            json.Reset();
            JsonSerializer.Serialize(json, new CountedAnswer(answer.Offset, answer.Length, answer.Answered), PipelineJson.CountedAnswers);
        }

        await storage.Counted(run, finished.Batch)
            .PutAsync(BinaryData.FromBytes(lines.WrittenMemory), "application/x-ndjson", cancellationToken);
    }

    /// <summary>
    /// Every answer of the run in the order of the ordinals, batch by batch; of a question that was tried again the last try, with the
    /// usage of all tries. The next batches are read while one is worked on.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="retries">How often failed questions were tried again.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="sealing">Is told what the batches hash to, where a seal is made.</param>
    /// <param name="among">The batches that are read; <see langword="null"/> for all.</param>
    public async IAsyncEnumerable<(List<PlacedAnswer> Answers, DateTimeOffset Written)> AllAsync(
        RunId run,
        RunManifest manifest,
        int retries,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        RunSealing? sealing = null,
        IReadOnlySet<BatchId>? among = null)
    {
        var versions = await VersionsAsync(run, cancellationToken);
        versions = among is null ? versions : versions.Where(version => among.Contains(version.Key)).ToDictionary();
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
                // What a service has counted for the tries before is part of what the answer cost.
                var (ordinal, usage) = (answer.Answered.Ordinal, answer.Answered.Usage);
                last[ordinal] = last.TryGetValue(ordinal, out var before) && before.Answered.Usage is { } earlier
                    ? answer with { Answered = answer.Answered with { Usage = usage is null ? earlier : earlier + usage } }
                    : answer;
            }

            yield return ([.. last.Values], tries.Max(static batch => batch.Written));
        }

        async Task<List<FinishedBatch>> TriesAsync(int number, CancellationToken cancel)
        {
            var tries = new List<FinishedBatch>();
            foreach (var (batch, version) in TriesOf(versions, number, retries))
            {
                if ((await FindCountedAsync(run, batch, version, cancel) ?? await FindAsync(run, batch, cancel)) is { } finished)
                {
                    tries.Add(finished);
                }
            }

            return tries;
        }
    }

    /// <summary>
    /// What the answers hash to as they are now, read or not: a batch that is missing is left out, and one that is damaged is hashed as it
    /// is.
    /// </summary>
    public async Task<RunSeal> SealAsync(RunId run, RunManifest manifest, int retries, CancellationToken cancellationToken)
    {
        var sealing = await BeginSealAsync(run, cancellationToken);
        var versions = await VersionsAsync(run, cancellationToken);
        for (var number = 0; number < manifest.Batches; number++)
        {
            foreach (var batch in Enumerable.Range(0, retries + 1).Select(retry => new BatchId(retry, number)).Where(versions.ContainsKey))
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

    /// <summary>
    /// The first batch that should be finished and has no answers, or <see langword="null"/>: rows can outlive the blobs that they speak
    /// of, where a storage comes back from a crash with less than it had.
    /// </summary>
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

    /// <summary>What is counted of a batch's answers, if it was kept of this version of them, or of any where none is given.</summary>
    private async Task<FinishedBatch?> FindCountedAsync(RunId run, BatchId batch, string? version, CancellationToken cancellationToken)
    {
        if (await storage.Counted(run, batch).FindStreamAsync(cancellationToken) is not { } blob)
        {
            return null;
        }

        await using var content = blob.Content;
        var (head, answers) = (default(CountedBatch), new List<PlacedAnswer>());
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            if (head is null)
            {
                head = BlobReading.ParseLine(line.Content, PipelineJson.Compact.CountedBatch);
                if (head is null || (version is not null && head.ETag != version))
                {
                    return null;
                }
            }
            else if (BlobReading.ParseLine(line.Content, PipelineJson.CountedAnswers) is { } answer)
            {
                answers.Add(new PlacedAnswer(answer.Answered, batch, answer.Offset, answer.Length));
            }
            else
            {
                return null;
            }
        }

        return head is null ? null : new FinishedBatch(batch, answers, head.Written, head.ETag, head.Sha256);
    }

    /// <summary>The finished batches of the run with the versions of their answers.</summary>
    private async Task<Dictionary<BatchId, string>> VersionsAsync(RunId run, CancellationToken cancellationToken)
    {
        var (versions, folder) = (new Dictionary<BatchId, string>(), $"{run}/answers/");
        await foreach (var blob in storage.ListAsync(run, "answers/", cancellationToken))
        {
            if (BatchOf(blob.Name, folder) is { } batch)
            {
                versions[batch] = blob.Version.ToString();
            }
        }

        return versions;
    }

    /// <summary>
    /// The finished batches that hold a range of ordinals: the first, then those of the retries in order; none where the first is not
    /// finished.
    /// </summary>
    private static IEnumerable<(BatchId Batch, string Version)> TriesOf(Dictionary<BatchId, string> versions, int number, int retries) =>
        versions.ContainsKey(BatchId.First(number))
            ? Enumerable.Range(0, retries + 1)
                .Select(retry => new BatchId(retry, number))
                .Where(versions.ContainsKey)
                .Select(batch => (batch, versions[batch]))
            : [];

    private static BatchId? BatchOf(string blobName, string folder) =>
        BatchId.TryParse(blobName[folder.Length..].Replace(".jsonl", "", StringComparison.Ordinal), out var batch) ? batch : null;

    /// <summary>The batches of a retry that have a blob of a kind, in order.</summary>
    public async IAsyncEnumerable<BatchId> ListAsync(
        RunId run, string kind, int retry, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = $"{run}/{kind}/";
        await foreach (var blob in storage.ListAsync(run, $"{kind}/{BatchId.PrefixOf(retry)}", cancellationToken))
        {
            if (BatchOf(blob.Name, folder) is { } batch && batch.Retry == retry)
            {
                yield return batch;
            }
        }
    }
}
