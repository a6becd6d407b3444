namespace MedQA.Files;

/// <summary>The input files of a command; disposing deletes their copies.</summary>
public sealed class InputFiles : IDisposable
{
    private readonly List<InputFile> _files = [];

    /// <summary>The files in the order in which they were added.</summary>
    public IReadOnlyList<InputFile> All => _files;

    /// <summary>Adds a file.</summary>
    public InputFile Add(InputFile file)
    {
        _files.Add(file);
        return file;
    }

    /// <summary>Returns the given name of the file that is read from a path.</summary>
    public string GivenOf(string path) => _files.Find(file => file.Path == path)?.Given ?? path;

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(static file => file.Dispose());
}
