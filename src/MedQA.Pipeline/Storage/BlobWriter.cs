using System.Buffers;
using System.Text;
using Azure.Storage.Blobs.Models;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Writes a blob of any length piece by piece. Completing it replaces any existing blob atomically; until then nothing has
/// changed. Every call can be repeated, and two writers of one blob do not disturb each other: the last to complete wins.
/// </summary>
/// <param name="blob">The blob.</param>
/// <param name="contentType">Its media type.</param>
/// <param name="blockLength">How many bytes are kept in memory before they are sent. A blob has at most 50,000 such blocks.</param>
internal sealed class BlobWriter(StoredBlob blob, string contentType, int blockLength = 4 * 1024 * 1024)
{
    private readonly ArrayBufferWriter<byte> _block = new();
    private readonly List<string> _staged = [];

    /// <summary>Appends a text.</summary>
    public Task WriteAsync(string text, CancellationToken cancellationToken) => WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Appends bytes.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _block.Write(bytes.Span);
        if (_block.WrittenCount >= blockLength)
        {
            await StageAsync(cancellationToken);
        }
    }

    /// <summary>Makes the blob out of what was written.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_staged.Count == 0)
        {
            await blob.PutAsync(BinaryData.FromBytes(_block.WrittenMemory), contentType, cancellationToken);
            return;
        }

        await StageAsync(cancellationToken);
        await blob.Client.CommitBlockListAsync(
            _staged, new CommitBlockListOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } }, cancellationToken);
    }

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        if (_block.WrittenCount == 0)
        {
            return;
        }

        var id = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        await blob.Client.StageBlockAsync(id, BinaryData.FromBytes(_block.WrittenMemory).ToStream(), cancellationToken: cancellationToken);
        _staged.Add(id);
        _block.ResetWrittenCount();
    }
}
