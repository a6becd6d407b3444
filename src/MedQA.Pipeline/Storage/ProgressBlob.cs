using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>The blob to which a batch's worker appends, and whose lease says who that is.</summary>
/// <param name="client">Speaks of it.</param>
/// <param name="run">The run.</param>
/// <param name="batch">The batch.</param>
internal sealed class ProgressBlob(AppendBlobClient client, RunId run, BatchId batch)
{
    public RunId Run => run;

    public BatchId Batch => batch;

    /// <summary>Speaks of it.</summary>
    public AppendBlobClient Client => client;

    /// <summary>Makes it where it is missing.</summary>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) =>
        client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <summary>Takes its lease. One that is held under the same id is taken over.</summary>
    /// <returns>Whether it was acquired; otherwise another worker holds it.</returns>
    public async Task<bool> TryLeaseAsync(string lease, TimeSpan length, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetBlobLeaseClient(lease).AcquireAsync(length, cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status == 409)
        {
            return false;
        }
    }

    /// <summary>Renews a lease.</summary>
    /// <returns>Whether it was renewed; otherwise it is lost, or the blob no longer exists.</returns>
    public async Task<bool> TryRenewAsync(string lease, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetBlobLeaseClient(lease).RenewAsync(cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsMissing() || exception.IsConflict())
        {
            return false;
        }
    }

    /// <summary>Gives a lease back.</summary>
    public Task ReleaseAsync(string lease, CancellationToken cancellationToken) =>
        client.GetBlobLeaseClient(lease).ReleaseAsync(cancellationToken: cancellationToken);

    /// <summary>Whether a worker holds it; a missing blob is held by none.</summary>
    public async Task<bool> IsLeasedAsync(CancellationToken cancellationToken) =>
        await Stored.FindFactsAsync(cancellationToken) is { IsLeased: true };

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
        catch (RequestFailedException exception) when (exception.ErrorCode is "AppendPositionConditionNotMet")
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

    /// <summary>Opens it for reading from a byte on; <see langword="null"/> where it does not have that byte, or is not there.</summary>
    public async Task<Stream?> FindStreamAsync(long from, CancellationToken cancellationToken)
    {
        try
        {
            return (await Stored.FindStreamAsync(cancellationToken, from))?.Content;
        }
        catch (RequestFailedException exception) when (exception.Status == 416)
        {
            return null;
        }
    }

    /// <summary>The bytes of a line; others, or none, where it is not there any more.</summary>
    public async Task<byte[]> FindLineAsync(long offset, int length, CancellationToken cancellationToken) =>
        await Stored.FindRangeAsync(offset, length, cancellationToken) is var (content, _) ? content : [];

    /// <summary>Removes it under a lease, where it is there.</summary>
    public Task DeleteAsync(string lease, CancellationToken cancellationToken) => client.DeleteIfExistsAsync(
        conditions: new BlobRequestConditions { LeaseId = lease }, cancellationToken: cancellationToken);

    /// <summary>Reads it as any other blob.</summary>
    private StoredBlob Stored => new(client.GetParentBlobContainerClient().GetBlockBlobClient(client.Name));
}
