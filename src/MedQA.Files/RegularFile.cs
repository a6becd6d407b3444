using System.Runtime.CompilerServices;

namespace MedQA.Files;

/// <summary>
/// Opens files that a person, a setting or a folder names. Only a regular file is opened: a pipe would be waited for, a device may never
/// end. Everything that reads files of others reads them here.
/// </summary>
public static class RegularFile
{
    /// <summary>What a path leads to, links followed.</summary>
    public static PathKind KindOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return PathKinds.Of(path);
    }

    /// <summary>Refuses what is there and no regular file; says nothing of what is missing.</summary>
    /// <returns>The path.</returns>
    /// <exception cref="PathException">It is a folder, a pipe, a socket or a device.</exception>
    public static string Check(string path) =>
        KindOf(path) is var kind and not (PathKind.File or PathKind.Missing) ? throw PathException.NoFile(path, kind) : path;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bufferSize">Bytes that are read ahead; 0 for none.</param>
    /// <param name="options">How it will be read.</param>
    /// <exception cref="PathException">It is no regular file.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FileStream Open(string path, int bufferSize = 4096, FileOptions options = FileOptions.None)
    {
        var stream = new FileStream(Check(path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, options);
        if (stream.CanSeek)
        {
            return stream;
        }

        // It was put there after the look.
        stream.Dispose();
        throw PathException.NoFile(path, PathKind.Device);
    }

    /// <summary>Opens a text for reading, in UTF-8 where no mark says otherwise.</summary>
    /// <inheritdoc cref="Open"/>
    public static StreamReader OpenText(string path) => new(Open(path));

    /// <summary>The bytes of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] ReadAllBytes(string path)
    {
        using var stream = Open(path, bufferSize: 0);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The bytes of a file.</summary>
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

    /// <summary>The text of a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<string> ReadAllTextAsync(string path, CancellationToken cancellationToken)
    {
        using var reader = OpenText(path);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The lines of a text.</summary>
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
