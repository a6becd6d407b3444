using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace MedQA.Pipeline.Storage;

/// <summary>A blob that is being read in one pass.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Written">When it was written, by the storage's clock.</param>
/// <param name="Version">Its version.</param>
internal sealed record OpenedBlob(Stream Content, DateTimeOffset Written, StoredVersion Version);

/// <summary>What is known of a blob without its content.</summary>
/// <param name="Name">Its name in its container.</param>
/// <param name="Version">Its version.</param>
/// <param name="Written">When it was written, by the storage's clock.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="IsLeased">Whether it is leased.</param>
internal sealed record BlobFacts(
    string Name, StoredVersion Version, DateTimeOffset? Written, IDictionary<string, string> Metadata, bool IsLeased)
{
    public static bool Holds(LeaseState? lease) => lease is LeaseState.Leased or LeaseState.Breaking;
}

/// <summary>A blob that is written whole.</summary>
/// <param name="client">Speaks of it.</param>
internal sealed class StoredBlob(BlockBlobClient client)
{
    /// <summary>Speaks of it.</summary>
    public BlockBlobClient Client => client;

    /// <summary>Its name in its container.</summary>
    public string Name => client.Name;

    /// <summary>Its bytes, from one that it has on, or <see langword="null"/> where it is not there.</summary>
    public async Task<BinaryData?> FindContentAsync(CancellationToken cancellationToken, long from = 0, long? length = null)
    {
        try
        {
            return (await client.DownloadContentAsync(Part(from, length), cancellationToken)).Value.Content;
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <summary>
    /// Returns a range of it, shorter if it ends before, and its total length (0 if the range is beyond its end);
    /// <see langword="null"/> if it does not exist. Without a length, the range extends to the end.
    /// </summary>
    public async Task<(byte[] Content, long BlobLength)?> FindRangeAsync(long offset, long? length, CancellationToken cancellationToken)
    {
        try
        {
            using BlobDownloadStreamingResult response =
                await client.DownloadStreamingAsync(new BlobDownloadOptions { Range = new HttpRange(offset, length) }, cancellationToken);

            // Read into its place: an index has megabytes, and the client's own way of reading it whole copies them twice.
            var (content, details) = (new byte[response.Details.ContentLength], response.Details);
            await response.Content.ReadExactlyAsync(content, cancellationToken);
            return (content, LengthIn(details.ContentRange) ?? details.ContentLength);
        }
        catch (RequestFailedException exception) when (exception.Status == 416)
        {
            return ([], 0);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <summary>Opens it for reading in one pass, from a byte on that it has, or <see langword="null"/> where it is not there.</summary>
    public async Task<OpenedBlob?> FindStreamAsync(CancellationToken cancellationToken, long from = 0)
    {
        try
        {
            BlobDownloadStreamingResult opened = await client.DownloadStreamingAsync(Part(from, null), cancellationToken);
            return new OpenedBlob(opened.Content, opened.Details.LastModified, opened.Details.ETag);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <summary>What its lines say, those that are torn left out; nothing where it is not there.</summary>
    public async IAsyncEnumerable<T> ReadLinesAsync<T>(
        JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken, long from = 0)
        where T : class
    {
        if (await FindStreamAsync(cancellationToken, from) is not { } opened)
        {
            yield break;
        }

        await using var content = opened.Content;
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            if (BlobReading.ParseLine(line.Content, type) is { } said)
            {
                yield return said;
            }
        }
    }

    /// <summary>
    /// A stream from any place in it, or <see langword="null"/> where there is none. Reads what stood there when it was opened: a blob of
    /// several parts that is replaced or deleted meanwhile ends the reading with a fault of the storage.
    /// </summary>
    public async Task<Stream?> FindReadableAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var stream = await client.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);

                // The first part is read here: a blob that was replaced between the two calls is opened again.
                _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken);
                stream.Position = 0;
                return stream;
            }
            catch (RequestFailedException exception) when (exception.IsMissing())
            {
                return null;
            }
            catch (RequestFailedException exception) when (exception.IsChanged())
            {
                // The next try reads the current content.
            }
        }
    }

    /// <summary>Opens one version of it, part by part.</summary>
    public Task<Stream> OpenReadAsync(StoredVersion version, CancellationToken cancellationToken) => client.OpenReadAsync(
        new BlobOpenReadOptions(allowModifications: false) { Conditions = Only(version) }, cancellationToken);

    /// <summary>Opens one version of it for reading in one pass.</summary>
    public async Task<Stream> OpenStreamAsync(StoredVersion version, CancellationToken cancellationToken) =>
        (await client.DownloadStreamingAsync(new BlobDownloadOptions { Conditions = Only(version) }, cancellationToken)).Value.Content;

    /// <summary>What is known of it, or of one version of it.</summary>
    public async Task<BlobFacts> GetFactsAsync(CancellationToken cancellationToken, StoredVersion? version = null)
    {
        var properties = (await client.GetPropertiesAsync(version is { } only ? Only(only) : null, cancellationToken)).Value;
        return new BlobFacts(
            Name, properties.ETag, properties.LastModified, properties.Metadata, BlobFacts.Holds(properties.LeaseState));
    }

    /// <summary>What is known of it; <see langword="null"/> where it is not there, or not in that version.</summary>
    public async Task<BlobFacts?> FindFactsAsync(CancellationToken cancellationToken, StoredVersion? version = null)
    {
        try
        {
            return await GetFactsAsync(cancellationToken, version);
        }
        catch (RequestFailedException exception) when (exception.IsMissing() || exception.IsChanged())
        {
            return null;
        }
    }

    /// <summary>Whether it is there.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken) => await client.ExistsAsync(cancellationToken);

    /// <summary>Writes it if it does not exist yet.</summary>
    /// <returns>Whether this call wrote it; else it stood already and is as it was.</returns>
    public async Task<bool> TryCreateAsync(BinaryData content, string contentType, CancellationToken cancellationToken) =>
        await TryWriteAsync(content.ToStream(), contentType, over: null, cancellationToken) is not null;

    /// <summary>Replaces a version of it, or, if that is <see langword="null"/>, writes it if it does not exist yet.</summary>
    /// <returns>Its version; <see langword="null"/> if another version exists, which is unchanged.</returns>
    public async Task<StoredVersion?> TryWriteAsync(
        Stream content,
        string? contentType,
        StoredVersion? over,
        CancellationToken cancellationToken,
        IDictionary<string, string>? metadata = null)
    {
        try
        {
            return (await client.UploadAsync(
                content,
                new BlobUploadOptions
                {
                    HttpHeaders = contentType is null ? null : new BlobHttpHeaders { ContentType = contentType },
                    Metadata = metadata,
                    Conditions = over is { } only ? Only(only) : new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException exception) when (exception.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Writes it, replacing any existing content.</summary>
    public Task PutAsync(BinaryData content, string contentType, CancellationToken cancellationToken) =>
        PutAsync(content.ToStream(), contentType, cancellationToken);

    /// <summary>Writes it, replacing any existing content.</summary>
    public Task PutAsync(Stream content, string contentType, CancellationToken cancellationToken) => client.UploadAsync(
        content, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } }, cancellationToken);

    /// <summary>Removes it, or one version of it, where it is there.</summary>
    public async Task<bool> DeleteAsync(CancellationToken cancellationToken, StoredVersion? version = null) =>
        await client.DeleteIfExistsAsync(
            conditions: version is { } only ? Only(only) : null, cancellationToken: cancellationToken);

    /// <summary>Removes one version of it.</summary>
    /// <returns>Whether it existed; otherwise it is missing, or was rewritten or leased by another process.</returns>
    public async Task<bool> TryDeleteAsync(StoredVersion version, CancellationToken cancellationToken)
    {
        try
        {
            return await DeleteAsync(cancellationToken, version);
        }
        catch (RequestFailedException exception) when (exception.IsConflict())
        {
            return false;
        }
    }

    private static BlobDownloadOptions? Part(long from, long? length) =>
        from == 0 && length is null ? null : new BlobDownloadOptions { Range = new HttpRange(from, length) };

    private static BlobRequestConditions Only(StoredVersion version) => new() { IfMatch = version.ETag };

    /// <summary>The length of the whole blob, as the header of a part says it: <c>bytes 0-9/100</c>.</summary>
    private static long? LengthIn(string? contentRange) =>
        contentRange is not null
            && long.TryParse(
                contentRange.AsSpan(contentRange.LastIndexOf('/') + 1),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var length) ? length : null;
}
