using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Inference.Models;

/// <summary>Reads a model's small files and keeps every path inside the model's folder.</summary>
internal static class ModelFile
{
    /// <summary>Reads a whole file; throws an error of the model if that fails.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        try
        {
            return RegularFile.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Throws if it is not a regular file: ONNX Runtime would wait for a pipe, and read a device forever.</summary>
    /// <returns>The path.</returns>
    public static string Regular(string path)
    {
        try
        {
            return RegularFile.Check(path);
        }
        catch (PathException exception)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Turns a failure to read a file into an error of the model.</summary>
    public static UnusableException Unreadable(string path, Exception exception) => exception is PathException other
        ? new UnusableException(path, other.Problem, other.Remedy, exception)
        : new UnusableException(
            path,
            $"it cannot be read ({exception.Message})",
            "Check that the file is there and that this user may read it",
            exception);

    /// <summary>Returns the path of a file that something in the folder names; it must lie inside the folder, links followed.</summary>
    /// <param name="folder">The model's folder, absolute.</param>
    /// <param name="name">What was named, relative to the folder.</param>
    /// <param name="namedBy">The file or setting that names it, for the message.</param>
    public static string Inside(string folder, string name, string namedBy)
    {
        var path = name.Length == 0
            || name.Contains('\0', StringComparison.Ordinal)
            || Path.IsPathRooted(name)
            || name.Contains('\\', StringComparison.Ordinal) ? null : Path.GetFullPath(name, folder);
        if (path is null || !IsBelow(folder, path))
        {
            throw Outside(namedBy, $"it names \"{name}\"");
        }

        for (var part = path; part.Length > folder.Length; part = Path.GetDirectoryName(part)!)
        {
            FileSystemInfo info = Directory.Exists(part) ? new DirectoryInfo(part) : new FileInfo(part);
            if (info.LinkTarget is null)
            {
                continue;
            }

            FileSystemInfo? target;
            try
            {
                target = info.ResolveLinkTarget(returnFinalTarget: true);
            }
            catch (IOException exception)
            {
                throw new UnusableException(part, "it is a broken link", "Put the file itself there", exception);
            }

            if (target is not null && !IsBelow(folder, target.FullName))
            {
                throw Outside(part, $"it is a link to {target.FullName}");
            }
        }

        return path;
    }

    private static bool IsBelow(string folder, string path) =>
        path.Length > folder.Length + 1
            && path.StartsWith(folder, StringComparison.Ordinal)
            && (folder.EndsWith(Path.DirectorySeparatorChar) || path[folder.Length] == Path.DirectorySeparatorChar);

    private static UnusableException Outside(string file, string problem) =>
        new(file, $"{problem}, which is not inside the model's folder", "Put the files themselves into the "
            + "folder (cp -L copies what links lead to) and name them without \"..\"");
}
