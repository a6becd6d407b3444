using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using MedQA.Files;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Tells a full disk from other faults of a storage emulator on this machine, which says 500 to everything then, or ends. It is no fault
/// that trying again mends. Content is refused a little before, so that the emulator can always write down what it has.
/// </summary>
/// <param name="volume">The disk that the emulator writes to.</param>
internal sealed class FullDiskPolicy(DataVolume volume) : HttpPipelinePolicy
{
    private const int InternalError = 500;

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ThrowIfShort(message);
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception exception) when (exception is RequestFailedException or IOException && volume.IsFull)
        {
            throw Full(exception);
        }

        ThrowIfFull(message);
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ThrowIfShort(message);
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception exception) when (exception is RequestFailedException or IOException && volume.IsFull)
        {
            throw Full(exception);
        }

        ThrowIfFull(message);
    }

    /// <summary>A manifest is small, and a run that is deleted to make room writes one.</summary>
    private void ThrowIfShort(HttpMessage message)
    {
        if (message.Request.Method == RequestMethod.Put
            && message.Request.Content is { } content && content.TryComputeLength(out var length) && length > 0
            && IsBlob(message.Request) && !message.Request.Uri.Path.EndsWith("/manifest.json", StringComparison.Ordinal)
            && volume.IsShort)
        {
            throw new StorageFullException(volume.Fact);
        }
    }

    private void ThrowIfFull(HttpMessage message)
    {
        if (message.Response.Status == InternalError && volume.IsFull)
        {
            throw Full(null);
        }
    }

    /// <summary>Gives the emulator the room that was kept for it.</summary>
    private StorageFullException Full(Exception? inner)
    {
        var full = new StorageFullException(volume.Fact, inner);
        volume.Release();
        return full;
    }

    /// <summary>Rows and messages are small, and deleting a run changes some.</summary>
    private static bool IsBlob(Request request) =>
        request.Headers.TryGetValue("x-ms-blob-type", out _) || request.Uri.Query.Contains("comp=", StringComparison.Ordinal);
}
