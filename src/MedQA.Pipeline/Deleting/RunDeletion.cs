using System.Text.Json;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Uploading;

namespace MedQA.Pipeline.Deleting;

/// <summary>
/// Removes a run, step by step: first a tombstone replaces the manifest, so that no worker starts and no repeated event revives the
/// run; blobs are removed once they are not leased; then the rows, the run's own last. Repeating it, from any process, resumes an
/// interrupted deletion. A concurrent split or step may still write something: it removes that itself when it finds the
/// tombstone; if it was interrupted before, a later check does. The check is noted with the rows, so that it happens even if this
/// process ends.
/// </summary>
internal sealed class RunDeletion(RunStorage storage, TimeProvider time, PipelineSignals signals)
{
    private const int AtOnce = 500;
    private static readonly TimeSpan LeasePause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LateWriters = TimeSpan.FromMinutes(10);

    private readonly RunRows _runs = new(storage, signals);
    private readonly SharedUploads _sharedUploads = new(storage, new RunRows(storage));

    /// <summary>Does the next part.</summary>
    public async Task<AdvanceOutcome> StepAsync(RunRow row, CancellationToken cancellationToken)
    {
        var run = row.Summary.Run;
        if (row.Summary.State != RunState.Deleting)
        {
            var marked = await _runs.TryUpdateAsync(
                row with
                {
                    Summary = row.Summary with { State = RunState.Deleting, Reason = null, ReasonLine = null, Changed = time.GetUtcNow() }
                },
                cancellationToken);
            if (marked is null)
            {
                return new AdvanceOutcome(RunState.Deleting, TimeSpan.Zero);
            }

            row = marked;
        }

        var isBuried = await PlaceTombstoneAsync(run, cancellationToken);
        if (await RemoveAsync(run, row.Summary.Questions, cancellationToken) is { } pause)
        {
            return new AdvanceOutcome(RunState.Deleting, pause);
        }

        await _runs.DeleteAsync(row, isBuried, cancellationToken);
        return new AdvanceOutcome(null, isBuried ? LateWriters : null);
    }

    /// <summary>Removes what was written of a deleted run after its deletion.</summary>
    /// <param name="run">The run.</param>
    /// <param name="tombstone">The tombstone that replaces its manifest.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>When to come back, <see langword="null"/> once no process can be working on it.</returns>
    public async Task<TimeSpan?> RemoveLateAsync(RunId run, RunTombstone tombstone, CancellationToken cancellationToken)
    {
        TimeSpan? pause;
        do
        {
            pause = await RemoveAsync(run, tombstone.Questions, cancellationToken);
        }
        while (pause == TimeSpan.Zero);

        pause ??= (time.GetUtcNow() - tombstone.Deleted).Duration() < LateWriters ? LateWriters : null;
        if (pause is null)
        {
            await _runs.ForgetDeletedAsync(run, cancellationToken);
        }

        return pause;
    }

    /// <returns>When to come back, <see langword="null"/> once nothing is left.</returns>
    private async Task<TimeSpan?> RemoveAsync(RunId run, int questions, CancellationToken cancellationToken)
    {
        if (await AnyLeaseLivesAsync(run, cancellationToken))
        {
            return LeasePause;
        }

        if (!await DeleteBlobsAsync(run, cancellationToken))
        {
            return TimeSpan.Zero;
        }

        await new BatchRows(storage).DeleteAsync(run, cancellationToken);
        await new AnswerRows(storage).DeleteAsync(run, questions, cancellationToken);
        await ScoreRows.DeleteAsync(storage, run, cancellationToken);
        await BudgetLedger.ForgetAsync(storage, run, cancellationToken);
        return null;
    }

    /// <returns>Whether a tombstone exists; a run that never had a manifest gets none.</returns>
    private async Task<bool> PlaceTombstoneAsync(RunId run, CancellationToken cancellationToken)
    {
        var standing = await storage.FindManifestAsync(run, cancellationToken);
        if (standing is not { Manifest: { } manifest })
        {
            return standing is not null;
        }

        await DeleteUploadAsync(manifest, cancellationToken);
        var tombstone = JsonSerializer.SerializeToUtf8Bytes(
            new RunTombstone(time.GetUtcNow(), run.ToString(), manifest.Questions), PipelineJson.Compact.RunTombstone);
        await storage.Manifest(run).PutAsync(BinaryData.FromBytes(tombstone), "application/json", cancellationToken);
        return true;
    }

    /// <summary>
    /// The upload goes with its last run where this service stored it. Uploading the same questions again then is a new upload, and a new
    /// run.
    /// </summary>
    private async Task DeleteUploadAsync(RunManifest manifest, CancellationToken cancellationToken)
    {
        var (upload, version) = (storage.QuestionSet(manifest.Source), new StoredVersion(manifest.SourceETag));
        try
        {
            if (await upload.FindFactsAsync(cancellationToken, version) is { Metadata: var metadata }
                && UploadMetadata.Find(metadata, UploadMetadata.StoredBy) == UploadMetadata.Service
                && !await _sharedUploads.HasOtherAsync(RunId.Parse(manifest.Run), manifest.Source, version, cancellationToken))
            {
                await upload.DeleteAsync(cancellationToken, version);
            }
        }
        catch (Exception exception) when (exception.IsChanged())
        {
            // It holds something newer that is not this run's.
        }
    }

    private async Task<bool> AnyLeaseLivesAsync(RunId run, CancellationToken cancellationToken) =>
        await storage.ListAsync(run, "progress/", cancellationToken).AnyAsync(static blob => blob.IsLeased, cancellationToken);

    /// <returns>Whether all are removed; otherwise some are left for the next step.</returns>
    private async Task<bool> DeleteBlobsAsync(RunId run, CancellationToken cancellationToken)
    {
        var manifest = $"{run}/manifest.json";
        var names = new List<string>();
        await foreach (var blob in storage.ListAsync(run, "", cancellationToken))
        {
            if (blob.Name != manifest)
            {
                names.Add(blob.Name);
                if (names.Count == AtOnce)
                {
                    break;
                }
            }
        }

        try
        {
            await Parallel.ForEachAsync(names, new ParallelOptions
            {
                MaxDegreeOfParallelism = 8,
                CancellationToken = cancellationToken
            }, async (name, cancel) =>
                await storage.RunBlob(name).DeleteAsync(cancel));
        }
        catch (Exception exception) when (exception.IsConflict())
        {
            // A worker that came late has leased one; it finds the tombstone and lets go.
            return false;
        }

        return names.Count < AtOnce;
    }
}
