using System.Text;

namespace MedQA.Files;

/// <summary>
/// Writes files atomically: the previous content remains until the new content is complete, and partial files are deleted.
/// </summary>
public static class OutputFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file. Pipes and devices are written to directly.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="PathException">The path is a folder or a socket.</exception>
    /// <exception cref="IOException">The file cannot be written; see <see cref="FullDisk"/>.</exception>
    public static async Task WriteAsync(string path, Func<FileStream, Task> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var output = Pending.Begin(path);
        await write(output.Stream).ConfigureAwait(false);
        output.Complete();
    }

    /// <summary>Writes a file.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var output = Pending.Begin(path);
        write(output.Stream);
        output.Complete();
    }

    /// <summary>Writes the bytes of a file.</summary>
    /// <param name="path">The file. Pipes and devices are written to directly.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="onlyForOwner">Whether only this user can read the file (0600 on Unix).</param>
    /// <inheritdoc cref="WriteAsync"/>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes, bool onlyForOwner = false)
    {
        using var output = Pending.Begin(path, onlyForOwner);
        output.Stream.Write(bytes);
        output.Complete();
    }

    /// <summary>Writes the bytes of a file.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public static Task WriteAllBytesAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(path, stream => stream.WriteAsync(bytes, cancellationToken).AsTask());

    /// <summary>Writes the text of a file in UTF-8.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public static Task WriteAllTextAsync(string path, string text, CancellationToken cancellationToken) =>
        WriteAllBytesAsync(path, Utf8.GetBytes(text), cancellationToken);

    /// <summary>Creates a temporary file, deleted when closed, for data that does not fit into memory.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static FileStream OpenTemporary() => new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew,
        FileAccess.ReadWrite,
        FileShare.None,
        64 * 1024,
        FileOptions.DeleteOnClose | FileOptions.Asynchronous);

    /// <summary>A file that is being written.</summary>
    private sealed class Pending : IDisposable
    {
        private readonly string? _target;

        private Pending(FileStream stream, string? target) => (Stream, _target) = (stream, target);

        public FileStream Stream { get; }

        public static Pending Begin(string path, bool onlyForOwner = false)
        {
            switch (RegularFile.KindOf(path))
            {
                case PathKind.Pipe or PathKind.Device:
                    return new Pending(new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite), null);
                case PathKind.Folder or PathKind.Socket:
                    RegularFile.Check(path);
                    break;
            }

            // A link's target is written. Processes that write the same file use separate temporary files.
            var target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (onlyForOwner && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnly.File;
            }

            var stream = new FileStream($"{target}.{Guid.NewGuid():n}.unfinished", options);
            if (!OperatingSystem.IsWindows() && !onlyForOwner && File.Exists(target))
            {
                File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
            }

            return new Pending(stream, target);
        }

        public void Complete()
        {
            // A full disk is reported by the last write at the latest, so that only complete files are renamed.
            Stream.Flush(flushToDisk: _target is not null);
            Stream.Dispose();
            if (_target is not null)
            {
                File.Move(Stream.Name, _target, overwrite: true);
            }
        }

        public void Dispose()
        {
            try
            {
                Stream.Dispose();
            }
            finally
            {
                if (_target is not null)
                {
                    File.Delete(Stream.Name);
                }
            }
        }
    }
}
