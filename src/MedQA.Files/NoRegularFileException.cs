namespace MedQA.Files;

/// <summary>A path leads to something that is no regular file where one is expected. The message is a sentence for people.</summary>
public sealed class NoRegularFileException : IOException
{
    /// <summary>Names the path and what it leads to.</summary>
    public NoRegularFileException(string path, PathKind kind)
        : base($"{path} is {Describe(kind)}, where a file is expected. {RemedyFor(kind)}.") => (Path, Kind) = (path, kind);

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>What it leads to.</summary>
    public PathKind Kind { get; }

    /// <summary>What is wrong, without the path.</summary>
    public string Problem => $"it is {Describe(Kind)}, where a file is expected";

    /// <summary>What to do, without the stop.</summary>
    public string Remedy => RemedyFor(Kind);

    /// <summary>A kind in words: "a pipe".</summary>
    internal static string Describe(PathKind kind) => kind switch
    {
        PathKind.File => "a file",
        PathKind.Folder => "a folder",
        PathKind.Pipe => "a pipe",
        PathKind.Socket => "a socket",
        _ => "a device",
    };

    private static string RemedyFor(PathKind kind) => kind switch
    {
        PathKind.Folder => "Name a file in it",
        PathKind.Pipe => "Write what comes out of it into a file, and name that",
        _ => "Put a file there",
    };
}
