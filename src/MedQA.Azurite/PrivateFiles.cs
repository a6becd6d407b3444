using MedQA.Files;

namespace MedQA.Azurite;

/// <summary>Folders and files that only their owner may read: they hold questions, answers and what raters said.</summary>
internal static class PrivateFiles
{
    /// <summary>Creates a folder (0700 on Unix) where there is none. One that exists keeps the permissions that somebody gave it.</summary>
    /// <exception cref="PathException">Something else is there.</exception>
    public static void CreateFolder(string path) => OutputFolder.Create(path, onlyForOwner: true);

    /// <summary>Whether other users of this machine may look into a folder, or change it.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly.Folder) != UnixFileMode.None;

    /// <summary>Opens a file for reading and writing; creates it (0600 on Unix) where there is none.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process has it.</exception>
    public static FileStream Open(string path, FileShare share) => Open(path, FileMode.OpenOrCreate, share, FileOptions.None);

    /// <summary>Creates a file (0600 on Unix) that this process alone has, and that goes when it is closed.</summary>
    /// <exception cref="IOException">It cannot be created, or is there already.</exception>
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
