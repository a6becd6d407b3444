using System.Runtime.InteropServices;

namespace MedQA.Azurite;

/// <summary>
/// The proof that a process owns a data folder: a lock of the operating system on a file in it. The owner is the process that runs the
/// storage emulator; it inherits the lock from the one that starts it, so the lock lives exactly as long as the owner, also when that
/// one is killed. A copy of the folder has the file and not the lock.
/// </summary>
internal sealed partial class OwnerLock : IDisposable
{
    private const string Name = "owner.lock";

    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <summary>The file of a data folder that is locked.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, Name);

    /// <summary>Takes the lock; <see langword="null"/> while a living process has it.</summary>
    /// <param name="folder">The data folder. The caller holds its <see cref="FolderLock"/>, so that two never try at once.</param>
    public static OwnerLock? TryTake(string folder)
    {
        var path = PathIn(folder);
        try
        {
            // A handle that a child inherits holds a shared lock on Unix. An exclusive one, which nobody else can have, is tried first.
            PrivateFiles.Open(path, FileShare.None).Dispose();
            return new OwnerLock(PrivateFiles.Open(path, FileShare.Inheritable));
        }
        catch (IOException exception) when (FolderLock.IsHeld(exception))
        {
            return null;
        }
    }

    /// <summary>Whether a living process has the lock of a data folder.</summary>
    /// <inheritdoc cref="TryTake"/>
    public static bool IsTaken(string folder)
    {
        using var taken = TryTake(folder);
        return taken is null;
    }

    /// <summary>Leaves the lock to the child that was started after it was taken, and to nobody else.</summary>
    public void LeaveToChild()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Disposing would unlock the file for the child too: on Unix it has the same lock, not a second one.
            var handle = _file.SafeFileHandle;
            _ = Close((int)handle.DangerousGetHandle());
            handle.SetHandleAsInvalid();
        }

        _file.Dispose();
    }

    /// <summary>Gives the lock up.</summary>
    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
