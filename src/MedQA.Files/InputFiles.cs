namespace MedQA.Files;

/// <summary>The files that a command reads; their copies go with it.</summary>
public sealed class InputFiles : IDisposable
{
    private readonly List<InputFile> _files = [];

    /// <summary>All of them, in the order in which they were added.</summary>
    public IReadOnlyList<InputFile> All => _files;

    /// <summary>Adds a file.</summary>
    public InputFile Add(InputFile file)
    {
        _files.Add(file);
        return file;
    }

    /// <summary>What a person called the file that is read at a path.</summary>
    public string GivenOf(string path) => _files.Find(file => file.Path == path)?.Given ?? path;

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(static file => file.Dispose());
}
