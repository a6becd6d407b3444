namespace MedQA.Files;

/// <summary>
/// A file that a person names to be read: a regular file as it is, or a copy of what a pipe gave, so that it can be read again. A pipe is
/// what a shell makes of <c>&lt;(command)</c> and of <c>command | medqa … /dev/stdin</c>.
/// </summary>
public sealed class InputFile : IDisposable
{
    private readonly string? _copies;

    private InputFile(string given, string path, string? copies) => (Given, Path, _copies) = (given, path, copies);

    /// <summary>The path as it was named, for people.</summary>
    public string Given { get; }

    /// <summary>Where it is read.</summary>
    public string Path { get; }

    /// <summary>Its name without the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Takes a path. A pipe is read to its end.</summary>
    /// <param name="path">The path.</param>
    /// <param name="report">Is told what may take long, in a sentence for people.</param>
    /// <param name="cancellationToken">Gives up waiting for a pipe.</param>
    /// <exception cref="PathException">It is a folder, a socket or a device.</exception>
    /// <exception cref="IOException">The pipe cannot be read, or its copy not be written.</exception>
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
            // To open a pipe that nobody writes into is to wait, and that wait knows of no cancellation.
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

    /// <summary>Opens it for reading.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public FileStream OpenRead() => RegularFile.Open(Path);

    /// <summary>Removes the copy, where it is one.</summary>
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

    /// <summary>The number of a descriptor says nothing to anybody.</summary>
    private static string NameOf(string path) =>
        System.IO.Path.GetFileName(path) is var name && name.All(char.IsAsciiDigit) ? "pipe" : name;
}
