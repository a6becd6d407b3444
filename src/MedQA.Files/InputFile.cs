namespace MedQA.Files;

/// <summary>
/// An input file that a user names: a regular file, or a copy of a pipe's content, so that it can be read again. Shells create pipes for
/// <c>&lt;(command)</c> and <c>command | medqa … /dev/stdin</c>.
/// </summary>
public sealed class InputFile : IDisposable
{
    private readonly string? _copies;

    private InputFile(string given, string path, string? copies) => (Given, Path, _copies) = (given, path, copies);

    /// <summary>The path as given.</summary>
    public string Given { get; }

    /// <summary>The path of the file or its copy.</summary>
    public string Path { get; }

    /// <summary>The file name without the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Opens a path. A pipe is read to its end.</summary>
    /// <param name="path">The path.</param>
    /// <param name="report">Receives messages about long operations.</param>
    /// <param name="cancellationToken">Cancels waiting for a pipe.</param>
    /// <exception cref="PathException">The path is a folder, a socket or a device.</exception>
    /// <exception cref="IOException">The pipe cannot be read, or its copy cannot be written.</exception>
    public static async Task<InputFile> OpenAsync(string path, Action<string> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (RegularFile.KindOf(path) != PathKind.Pipe)
        {
            return new InputFile(path, RegularFile.Check(path), null);
        }

        report($"Reading {path}, a pipe, until its writer ends…");
        var copies = Directory.CreateTempSubdirectory("medqa-pipe-").FullName;
        var input = new InputFile(path, System.IO.Path.Combine(copies, NameOf(path)), copies);
        try
        {
            // Opening a pipe without a writer blocks, and cannot be cancelled.
            await Task.Run(() => CopyAsync(path, input.Path, cancellationToken), CancellationToken.None)
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            return input;
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file for reading.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public FileStream OpenRead() => RegularFile.Open(Path);

    /// <summary>Deletes the copy, if any.</summary>
    public void Dispose()
    {
        if (_copies is not null)
        {
            Directory.Delete(_copies, recursive: true);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Given;

    private static async Task CopyAsync(string pipe, string copy, CancellationToken cancellationToken)
    {
        var source = new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        await using (source.ConfigureAwait(false))
        {
            var target = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using (target.ConfigureAwait(false))
            {
                await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Replaces the number of a file descriptor, which is meaningless to users.</summary>
    private static string NameOf(string path) =>
        System.IO.Path.GetFileName(path) is var name && name.All(char.IsAsciiDigit) ? "pipe" : name;
}
