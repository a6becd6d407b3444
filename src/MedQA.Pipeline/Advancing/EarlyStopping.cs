using System.Collections.Concurrent;
using System.Text.Json;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// Decides whether a run that may stop early needs no more answers. The decision follows from the answers of its first batches alone, so
/// that whoever decides decides alike; it is written once, before anything acts on it.
/// </summary>
internal sealed class EarlyStopping(RunStorage storage)
{
    /// <summary>Runs of which is kept how far their answers were read; of others they are read again from the first.</summary>
    private const int Kept = 64;

    private readonly RunAnswers _answers = new(storage);
    private readonly ConcurrentDictionary<RunId, Looks> _looks = new();

    /// <summary>The decision on a run, made now where its collected batches allow it; <see langword="null"/> while it goes on.</summary>
    /// <param name="row">The run, in its first pass over its questions.</param>
    /// <param name="manifest">Its manifest, perhaps from before a decision.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<RunStop?> FindAsync(RunRow row, RunManifest manifest, CancellationToken cancellationToken)
    {
        var run = row.Summary.Run;
        if (manifest.Stop is not null || manifest.Target is not { } target)
        {
            return manifest.Stop;
        }

        if (row.Summary.StoppedAfter is not null)
        {
            // Another process has decided, and its row is believed only with its blob.
            return await DecidedAsync(run, cancellationToken);
        }

        // Another step of this process on the same run begins anew.
        var looks = _looks.TryRemove(run, out var kept) ? kept : new Looks(new SequentialAccuracy(target), 0);
        while (looks.Batches < row.Cursor && !looks.Accuracy.IsHeldUp)
        {
            if (await _answers.FindCountedAsync(run, looks.Batches, cancellationToken) is not { } batch)
            {
                break;
            }

            foreach (var answer in batch.Answers)
            {
                looks.Accuracy.Add(answer.Answered);
            }

            looks = looks with { Batches = looks.Batches + 1 };
            if (looks.Accuracy.IsReached && looks.Batches < manifest.AllBatches)
            {
                var stop = new RunStop(looks.Batches, looks.Batches * manifest.BatchSize);
                await storage.Stop(run).TryCreateAsync(
                    BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(stop, PipelineJson.Compact.RunStop)),
                    "application/json",
                    cancellationToken);
                return await DecidedAsync(run, cancellationToken);
            }
        }

        if (_looks.Count >= Kept)
        {
            _looks.Clear();
        }

        _looks[run] = looks;
        return null;
    }

    private async Task<RunStop?> DecidedAsync(RunId run, CancellationToken cancellationToken) =>
        (await storage.FindManifestAsync(run, cancellationToken))?.Manifest?.Stop;

    /// <param name="Accuracy">The answers of the batches.</param>
    /// <param name="Batches">How many batches were looked at, from the first on.</param>
    private sealed record Looks(SequentialAccuracy Accuracy, int Batches);
}
