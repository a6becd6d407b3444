using System.Runtime.CompilerServices;

namespace MedQA.Files;

/// <summary>
/// Opens files named by a user, a setting or a folder. Only regular files are opened, because a pipe may block and a device may never end.
/// All external files are read through this class.
/// </summary>
public static class RegularFile
{
    /// <summary>Returns the kind of a path, following links.</summary>
    public static PathKind KindOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PathKinds.Of(path);
    }

    /// <summary>Throws if the path exists but is not a regular file.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="PathException">The path is a folder, a pipe, a socket or a device.</exception>
    public static string Check(string path) =>
        KindOf(path) is var kind and not (PathKind.File or PathKind.Missing) ? throw PathException.NoFile(path, kind) : path;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bufferSize">The buffer size in bytes; 0 for none.</param>
    /// <param name="options">The options for reading.</param>
    /// <exception cref="PathException">The path is not a regular file.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user lacks the permission to read the file.</exception>
    public static FileStream Open(string path, int bufferSize = 4096, FileOptions options = FileOptions.None)
    {
        var stream = new FileStream(Check(path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, options);
        if (stream.CanSeek)
        {
            return stream;
        }

        // It was replaced after the check.
        stream.Dispose();
        throw PathException.NoFile(path, PathKind.Device);
    }

    /// <summary>Opens a text file for reading, as UTF-8 unless it has another byte order mark.</summary>
    /// <inheritdoc cref="Open"/>
    public static StreamReader OpenText(string path) => new(Open(path));

    /// <summary>Reads the bytes of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAllBytes(string path)
    {
        using var stream = Open(path, bufferSize: 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<byte[]> ReadAllBytesAsync(string path, CancellationToken cancellationToken)
    {
        var stream = Open(path, bufferSize: 0, FileOptions.Asynchronous);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    /// <summary>Reads the text of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<string> ReadAllTextAsync(string path, CancellationToken cancellationToken)
    {
        using var reader = OpenText(path);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the lines of a text file.</summary>
    /// <inheritdoc cref="Open"/>
    public static async IAsyncEnumerable<string> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = OpenText(path);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            yield return line;
        }
    }
}
