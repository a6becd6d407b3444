using System.Globalization;
using System.Text;
using MedQA.Files;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The identity of a data folder's worker. It survives crashes, so that the next start immediately resumes what the killed process had
/// leased. A lock, which the system releases, ensures that only one process at a time has it.
/// </summary>
internal sealed class WorkerIdentity : IDisposable
{
    private readonly FileStream? _file;

    private WorkerIdentity(FileStream? file, Guid? id)
    {
        _file = file;
        Id = id;
    }

    /// <summary>
    /// The identity; <see langword="null"/> if another process has it or it cannot be stored. The worker then has a new identity for each
    /// batch, and waits for its previous leases to expire.
    /// </summary>
    public Guid? Id { get; }

    /// <summary>
    /// Takes the identity of a data folder if it is free. A worker stores nothing else on disk, so it can answer even with a full or
    /// read-only disk.
    /// </summary>
    public static WorkerIdentity Take(string dataFolder)
    {
        FileStream? file = null;
        try
        {
            PrivateFiles.CreateFolder(dataFolder);
            file = PrivateFiles.Open(RegularFile.Check(Path.Combine(dataFolder, "worker.id")), FileShare.None);
            return new WorkerIdentity(file, Read(file) ?? Write(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return new WorkerIdentity(null, null);
        }
    }

    /// <summary>Releases the identity.</summary>
    public void Dispose() => _file?.Dispose();

    private static Guid? Read(FileStream file)
    {
        Span<byte> text = stackalloc byte[32];
        return file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) == text.Length
            && Guid.TryParseExact(Encoding.ASCII.GetString(text), "N", out var known) ? known : null;
    }

    private static Guid Write(FileStream file)
    {
        var id = Guid.NewGuid();
        file.Position = 0;
        file.Write(Encoding.ASCII.GetBytes(id.ToString("N", CultureInfo.InvariantCulture)));
        file.SetLength(32);
        file.Flush(flushToDisk: true);
        return id;
    }
}
