using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace MedQA.Pipeline.Storage;

/// <summary>The blob to which a batch's worker appends, and whose lease says who that is.</summary>
/// <param name="client">Speaks of it.</param>
internal sealed class ProgressBlob(AppendBlobClient client)
{
    /// <summary>Speaks of it.</summary>
    public AppendBlobClient Client => client;

    /// <summary>Makes it where it is missing.</summary>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) =>
        client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <summary>Takes its lease. One that is held under the same id is taken over.</summary>
    /// <returns><see langword="null"/> where somebody else holds it.</returns>
    public async Task<ProgressLease?> TryLeaseAsync(string id, TimeSpan length, CancellationToken cancellationToken)
    {
        var lease = client.GetBlobLeaseClient(id);
        try
        {
            await lease.AcquireAsync(length, cancellationToken: cancellationToken);
            return new ProgressLease(lease);
        }
        catch (RequestFailedException fault) when (fault.Status == 409)
        {
            return null;
        }
    }

    /// <summary>Whether a worker holds it; nobody holds one that is not there.</summary>
    public async Task<bool> IsLeasedAsync(CancellationToken cancellationToken) =>
        await new StoredBlob(client.GetParentBlobContainerClient().GetBlockBlobClient(client.Name)).FindFactsAsync(cancellationToken)
            is { IsLeased: true };

    /// <summary>Appends a block under a lease, behind a position.</summary>
    /// <returns>Whether it was appended; else the blob does not end at that position.</returns>
    public async Task<bool> TryAppendAsync(byte[] block, string lease, long position, CancellationToken cancellationToken)
    {
        try
        {
            var conditions = new AppendBlobRequestConditions { LeaseId = lease, IfAppendPositionEqual = position };
            await client.AppendBlockAsync(
                new MemoryStream(block, writable: false),
                new AppendBlobAppendBlockOptions { Conditions = conditions },
                cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.ErrorCode is "AppendPositionConditionNotMet")
        {
            return false;
        }
    }

    /// <summary>Opens it for reading in one pass.</summary>
    public async Task<(Stream Content, long Length)> OpenAsync(CancellationToken cancellationToken)
    {
        var opened = (await client.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
        return (opened.Content, opened.Details.ContentLength);
    }

    /// <summary>Removes it under a lease, where it is there.</summary>
    public Task DeleteAsync(string lease, CancellationToken cancellationToken) => client.DeleteIfExistsAsync(
        conditions: new BlobRequestConditions { LeaseId = lease }, cancellationToken: cancellationToken);
}

/// <summary>A lease that a worker has taken.</summary>
internal sealed class ProgressLease(BlobLeaseClient client)
{
    /// <summary>The id that every write to the blob must carry.</summary>
    public string Id => client.LeaseId;

    /// <summary>Renews it.</summary>
    /// <returns>Whether it was renewed; else it is lost, or its blob is gone.</returns>
    public async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.RenewAsync(cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.IsMissing() || fault.IsConflict())
        {
            return false;
        }
    }

    /// <summary>Gives it back.</summary>
    public Task ReleaseAsync(CancellationToken cancellationToken) => client.ReleaseAsync(cancellationToken: cancellationToken);
}
