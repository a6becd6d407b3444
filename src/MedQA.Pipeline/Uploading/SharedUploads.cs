using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>
/// Knows which uploads several runs share: runs of other models, or of profiles that had the same name one after the other. Such an upload
/// stays until its last run goes, so that the same question set is the same upload for all of them.
/// </summary>
internal sealed class SharedUploads(RunStorage storage, RunRows runs)
{
    /// <summary>Whether another run than one is made of a version of an upload, and is there to stay.</summary>
    public async Task<bool> HasOtherAsync(RunId run, string blobName, StoredVersion version, CancellationToken cancellationToken)
    {
        await foreach (var row in runs.OfSourceAsync(blobName, cancellationToken))
        {
            if (row.Summary.Run != run
                && row.Summary.State != RunState.Deleting
                && await storage.FindManifestAsync(row.Summary.Run, cancellationToken) is { Manifest.SourceETag: { } made }
                && new StoredVersion(made) == version)
            {
                return true;
            }
        }

        return false;
    }
}
