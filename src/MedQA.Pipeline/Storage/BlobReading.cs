using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>Reads what a run's blobs hold.</summary>
internal static class BlobReading
{
    /// <summary>The run's manifest.</summary>
    /// <exception cref="NewerFormatException">A newer version has written it, and everything else of the run.</exception>
    /// <returns><see langword="null"/> where there is no such run; a manifest and no tombstone, or no manifest and a tombstone.</returns>
    public static async Task<(RunManifest? Manifest, RunTombstone? Tombstone)?> FindManifestAsync(
        this RunStorage storage, RunId run, CancellationToken cancellationToken)
    {
        if (await storage.Manifest(run).FindContentAsync(cancellationToken) is not { } content)
        {
            return null;
        }

        StoredFormat.Check($"Run {run}", content.ToMemory().Span, "v", RunManifest.Version);
        using var document = JsonDocument.Parse(content.ToMemory());
        return document.RootElement.TryGetProperty("deleted", out _)
            ? (null, document.Deserialize(PipelineJson.Compact.RunTombstone))
            : (document.Deserialize(PipelineJson.Compact.RunManifest), null);
    }

    /// <summary>The blob's bytes, or <see langword="null"/> where it is not there.</summary>
    public static async Task<BinaryData?> FindContentAsync(this BlobBaseClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var response = await blob.DownloadContentAsync(cancellationToken);
            return response.Value.Content;
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            return null;
        }
    }

    /// <summary>Opens the blob for reading in one pass, or <see langword="null"/> where it is not there.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="from">The first byte to read; one that the blob has.</param>
    public static async Task<BlobDownloadStreamingResult?> FindStreamAsync(
        this BlobBaseClient blob, CancellationToken cancellationToken, long from = 0)
    {
        try
        {
            return await blob.DownloadStreamingAsync(
                from == 0 ? null : new BlobDownloadOptions { Range = new HttpRange(from) }, cancellationToken);
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            return null;
        }
    }

    /// <summary>
    /// A blob to read from any place in it, or <see langword="null"/> where there is none. Reads what stood there when it was opened: a
    /// blob of several parts that is replaced or deleted meanwhile ends the reading with a <see cref="RequestFailedException"/>.
    /// </summary>
    public static async Task<Stream?> FindReadableAsync(this BlobBaseClient blob, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var stream = await blob.OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellationToken);

                // The first part is read here: a blob that was replaced between the two calls is opened again.
                _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken);
                stream.Position = 0;
                return stream;
            }
            catch (RequestFailedException fault) when (fault.IsMissing())
            {
                return null;
            }
            catch (RequestFailedException fault) when (fault.IsChanged())
            {
                // The next try reads what stands there now.
            }
        }
    }

    /// <summary>Writes a blob that must not stand yet.</summary>
    /// <returns>Whether this call wrote it; else it stood already and is as it was.</returns>
    public static async Task<bool> TryCreateAsync(
        this BlockBlobClient blob, BinaryData content, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            await blob.UploadAsync(
                content.ToStream(),
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All }
                },
                cancellationToken);
            return true;
        }
        catch (RequestFailedException fault) when (fault.IsConflict())
        {
            return false;
        }
    }

    /// <summary>Writes a blob over whatever stands there.</summary>
    public static Task PutAsync(this BlockBlobClient blob, BinaryData content, string contentType, CancellationToken cancellationToken) =>
        blob.UploadAsync(
            content.ToStream(),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } },
            cancellationToken);

    /// <summary>Reads a line that was written with <see cref="PipelineJson"/>; <see langword="null"/> where it is torn.</summary>
    public static T? ParseLine<T>(ReadOnlyMemory<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
