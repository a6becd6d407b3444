namespace MedQA.Files;

/// <summary>Makes folders that a person names.</summary>
public static class OutputFolder
{
    /// <summary>Creates a folder, and those above it, where there is none. One that exists keeps its permissions.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="onlyForOwner">Whether only this user may look into one that is created (0700 on Unix).</param>
    /// <exception cref="PathException">Something else is there, or a link that leads nowhere.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not create it.</exception>
    /// <exception cref="IOException">It cannot be created; see <see cref="FullDisk"/>.</exception>
    public static void Create(string path, bool onlyForOwner = false)
    {
        var kind = RegularFile.KindOf(path);
        if (kind is not (PathKind.Folder or PathKind.Missing))
        {
            throw new PathException(path, $"{PathException.Describe(kind)}, where a folder is expected", "Name another folder");
        }

        if (kind == PathKind.Missing && new FileInfo(path).LinkTarget is { } target)
        {
            throw new PathException(path, $"a link to {target}, which is not there", "Create that folder, or name another one");
        }

        if (onlyForOwner && !OperatingSystem.IsWindows())
        {
            if (kind == PathKind.Missing && Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            {
                // The system gives the mode to the last part of a path only.
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
    /// Why nothing can be written into a folder, or into the one above in which it would be created: tried with a file that goes at once. A
    /// full disk is none of it.
    /// </summary>
    /// <param name="path">The folder, which need not exist.</param>
    /// <returns>The end of a sentence; <see langword="null"/> where files can be written.</returns>
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
            return $"this user may not write into {folder}";
        }
        catch (IOException exception) when (FullDisk.Describe(exception) is null)
        {
            return $"nothing can be written into {folder}: {exception.Message.TrimEnd('.')}";
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>What only the owner may read and change, on Unix.</summary>
public static class OwnerOnly
{
    /// <summary>0600.</summary>
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode Folder = File | UnixFileMode.UserExecute;
}
