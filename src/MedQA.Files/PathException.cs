namespace MedQA.Files;

/// <summary>The exception for a path that leads to an unexpected kind of file. Its message is a complete sentence.</summary>
public sealed class PathException : IOException
{
    /// <summary>Creates the exception from the path, its kind, and the remedy.</summary>
    internal PathException(string path, string what, string remedy)
        : base($"{path} is {what}. {remedy}.") => (Problem, Remedy) = ($"it is {what}", remedy);

    /// <summary>The problem, without the path.</summary>
    public string Problem { get; }

    /// <summary>The remedy, without a full stop.</summary>
    public string Remedy { get; }

    /// <summary>Creates the exception for a path that is not a regular file.</summary>
    internal static PathException NoFile(string path, PathKind kind) => new(path, $"{Describe(kind)}, where a file is expected", kind switch
    {
        PathKind.Folder => "Name a file in it",
        PathKind.Pipe => "Write its output to a file, and name that file",
        _ => "Put a file there",
    });

    /// <summary>Returns a kind in words: "a pipe".</summary>
    internal static string Describe(PathKind kind) => kind switch
    {
        PathKind.File => "a file",
        PathKind.Folder => "a folder",
        PathKind.Pipe => "a pipe",
        PathKind.Socket => "a socket",
        _ => "a device",
    };
}
