using Azure;
using MedQA.Files;

namespace MedQA.Pipeline.Storage;

/// <summary>The storage's disk is full. The message is for people.</summary>
public sealed class StorageFullException : RequestFailedException, IFullDisk
{
    private const int InsufficientStorage = 507;

    /// <summary>Says which disk is full.</summary>
    /// <param name="fact">That it is, as the beginning of a sentence; see <see cref="FullDisk.Fact"/>.</param>
    /// <param name="inner">What showed it.</param>
    public StorageFullException(string fact, Exception? inner = null)
        : base(
            InsufficientStorage, $"{fact}: free space and run the command again; nothing that was answered is lost.", "DiskFull", inner) =>
            Fact = fact;

    /// <inheritdoc/>
    public string Fact { get; }
}
