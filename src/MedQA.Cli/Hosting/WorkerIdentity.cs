using System.Globalization;
using System.Text;
using MedQA.Azurite;
using MedQA.Files;

namespace MedQA.Cli.Hosting;

/// <summary>
/// Who the worker of a data folder is. It stays the same after a crash, so that the next start takes up at once what the killed process
/// had leased; a lock that the system releases makes sure that only one process at a time is it.
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
    /// The identity; <see langword="null"/> where another process has it now, or where none can be kept: then the worker has one for each
    /// batch, and waits for the end of what it held before.
    /// </summary>
    public Guid? Id { get; }

    /// <summary>
    /// Takes the identity of a data folder if nobody has it. A worker stores nothing on its disk: one that is full, or cannot be written,
    /// does not keep it from answering.
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

    /// <summary>Lets another process have it.</summary>
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
