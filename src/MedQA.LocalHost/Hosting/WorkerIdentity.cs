using System.Globalization;

namespace MedQA.LocalHost.Hosting;

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

    /// <summary>The identity; <see langword="null"/> where another process has it now.</summary>
    public Guid? Id { get; }

    /// <summary>Takes the identity of a data folder if nobody has it.</summary>
    public static WorkerIdentity Take(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(dataFolder, "worker.id"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return new WorkerIdentity(null, null);
        }

        Span<byte> text = stackalloc byte[32];
        if (file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) == text.Length && Guid.TryParseExact(System.Text.Encoding.ASCII.GetString(text), "N", out var known))
        {
            return new WorkerIdentity(file, known);
        }

        var id = Guid.NewGuid();
        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(id.ToString("N", CultureInfo.InvariantCulture)));
        file.Flush(flushToDisk: true);
        return new WorkerIdentity(file, id);
    }

    /// <summary>Lets another process have it.</summary>
    public void Dispose() => _file?.Dispose();
}
