namespace MedQA.Files;

/// <summary>Creates output folders that users name.</summary>
public static class OutputFolder
{
    /// <summary>Creates a folder and its parents if missing. An existing folder keeps its permissions.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="onlyForOwner">Whether only this user can access a created folder (0700 on Unix).</param>
    /// <exception cref="PathException">The path is not a folder, or a broken link.</exception>
    /// <exception cref="UnauthorizedAccessException">This user lacks the permission to create the folder.</exception>
    /// <exception cref="IOException">The folder cannot be created; see <see cref="FullDisk"/>.</exception>
    public static void Create(string path, bool onlyForOwner = false)
    {
        var kind = RegularFile.KindOf(path);
        if (kind is not (PathKind.Folder or PathKind.Missing))
        {
            throw new PathException(path, $"{PathException.Describe(kind)}, where a folder is expected", "Name another folder");
        }

        if (kind == PathKind.Missing && new FileInfo(path).LinkTarget is { } target)
        {
            throw new PathException(path, $"a link to {target}, which does not exist", "Create that folder, or name another one");
        }

        if (onlyForOwner && !OperatingSystem.IsWindows())
        {
            if (kind == PathKind.Missing && Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            {
                // The system applies the mode only to the last part of a path.
                Create(above, onlyForOwner);
            }

            Directory.CreateDirectory(path, OwnerOnly.Folder);
        }
        else
        {
            Directory.CreateDirectory(path);
        }
    }

    /// <summary>
    /// Returns why a folder, or the parent in which it would be created, is not writable, tested with a temporary file. A full disk is
    /// ignored.
    /// </summary>
    /// <param name="path">The folder, which need not exist.</param>
    /// <returns>The end of a sentence; <see langword="null"/> if files can be written.</returns>
    public static string? WhyNotWritable(string path)
    {
        var folder = Path.GetFullPath(path);
        while (RegularFile.KindOf(folder) == PathKind.Missing && Path.GetDirectoryName(folder) is { } above)
        {
            folder = above;
        }

        if (RegularFile.KindOf(folder) is var kind and not PathKind.Folder)
        {
            return $"{folder} is {PathException.Describe(kind)}, where a folder is expected";
        }

        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, $"probe-{Guid.NewGuid():n}"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                bufferSize: 1,
                FileOptions.DeleteOnClose);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"this user cannot write to {folder}";
        }
        catch (IOException exception) when (FullDisk.Describe(exception) is null)
        {
            return $"cannot write to {folder}: {exception.Message.TrimEnd('.')}";
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>Unix permissions for the owner only.</summary>
public static class OwnerOnly
{
    /// <summary>0600.</summary>
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode Folder = File | UnixFileMode.UserExecute;
}
