using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>
/// The word of one process that it makes a run of an upload. Others leave the upload to it for as long as it repeats its word, and take
/// over when it is silent.
/// </summary>
internal sealed class UploadClaim(StoredTable table, StoredRow row, StoredVersion etag)
{
    private StoredVersion _etag = etag;

    /// <summary>Repeats the word.</summary>
    /// <returns>Whether the claim still holds; otherwise another process has taken over.</returns>
    public Task<bool> KeepAsync(CancellationToken cancellationToken) => TryWriteAsync(cancellationToken);

    /// <summary>Notes that the upload was handled.</summary>
    /// <returns>Whether the claim held until now; otherwise another process has taken over, and its receipt stays.</returns>
    public Task<bool> CompleteAsync(CancellationToken cancellationToken)
    {
        row["Standing"] = nameof(UploadStanding.Handled);
        row.Remove("Owner");
        return TryWriteAsync(cancellationToken);
    }

    /// <summary>Takes the word back: nothing was made of the upload.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) => table.TryDeleteAsync(row, _etag, cancellationToken);

    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        var written = await table.TryReplaceAsync(row, _etag, cancellationToken);
        _etag = written ?? _etag;
        return written is not null;
    }
}
