namespace MedQA.Files;

/// <summary>Creates folders and files that only their owner can read, for questions, answers and ratings.</summary>
public static class PrivateFiles
{
    /// <summary>Creates a folder (0700 on Unix) if it is missing. An existing folder keeps its permissions.</summary>
    /// <exception cref="PathException">The path is not a folder.</exception>
    public static void CreateFolder(string path) => OutputFolder.Create(path, onlyForOwner: true);

    /// <summary>Returns whether other users of this machine can read or change a folder.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly.Folder) != UnixFileMode.None;

    /// <summary>Opens a file for reading and writing, and creates it (0600 on Unix) if it is missing.</summary>
    /// <exception cref="IOException">The file cannot be opened, or another process has it open.</exception>
    public static FileStream Open(string path, FileShare share) => Open(path, FileMode.OpenOrCreate, share, FileOptions.None);

    /// <summary>Creates a file (0600 on Unix) that is exclusive to this process and deleted when closed.</summary>
    /// <exception cref="IOException">The file cannot be created, or exists already.</exception>
    public static FileStream CreateOwn(string path) => Open(path, FileMode.CreateNew, FileShare.None, FileOptions.DeleteOnClose);

    private static FileStream Open(string path, FileMode mode, FileShare share, FileOptions use)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0, Options = use };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly.File;
        }

        return new FileStream(path, options);
    }
}
