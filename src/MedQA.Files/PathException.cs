namespace MedQA.Files;

/// <summary>A path leads to something else than what is expected there. The message is a sentence for people.</summary>
public sealed class PathException : IOException
{
    /// <summary>Names the path, what it leads to, and what to do.</summary>
    internal PathException(string path, string what, string remedy)
        : base($"{path} is {what}. {remedy}.") => (Problem, Remedy) = ($"it is {what}", remedy);

    /// <summary>What is wrong, without the path.</summary>
    public string Problem { get; }

    /// <summary>What to do, without the stop.</summary>
    public string Remedy { get; }

    /// <summary>That a path leads to no regular file.</summary>
    internal static PathException NoFile(string path, PathKind kind) => new(path, $"{Describe(kind)}, where a file is expected", kind switch
    {
        PathKind.Folder => "Name a file in it",
        PathKind.Pipe => "Write what comes out of it into a file, and name that",
        _ => "Put a file there",
    });

    /// <summary>A kind in words: "a pipe".</summary>
    internal static string Describe(PathKind kind) => kind switch
    {
        PathKind.File => "a file",
        PathKind.Folder => "a folder",
        PathKind.Pipe => "a pipe",
        PathKind.Socket => "a socket",
        _ => "a device",
    };
}
