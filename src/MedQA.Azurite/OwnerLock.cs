using System.Runtime.InteropServices;
using MedQA.Files;

namespace MedQA.Azurite;

/// <summary>
/// Proves that a process owns a data folder, by an operating system lock on a file in it. The owner is the process that runs the storage
/// emulator. It inherits the lock from the process that starts it, so the lock lives exactly as long as the owner, even if the owner is
/// killed. A copy of the folder has the file but not the lock.
/// </summary>
internal sealed partial class OwnerLock : IDisposable
{
    private const string Name = "owner.lock";

    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <summary>Returns the lock file of a data folder.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, Name);

    /// <summary>Takes the lock; returns <see langword="null"/> while a living process has it.</summary>
    /// <param name="folder">The data folder. The caller holds its <see cref="FolderLock"/>, so that only one process tries at once.</param>
    public static OwnerLock? TryTake(string folder)
    {
        var path = PathIn(folder);
        try
        {
            // On Unix an inherited handle holds a shared lock, so an exclusive lock, which no other process can have, is tried first.
            PrivateFiles.Open(path, FileShare.None).Dispose();
            return new OwnerLock(PrivateFiles.Open(path, FileShare.Inheritable));
        }
        catch (IOException exception) when (FolderLock.IsHeld(exception))
        {
            return null;
        }
    }

    /// <summary>Returns whether a living process has the lock of a data folder.</summary>
    /// <inheritdoc cref="TryTake"/>
    public static bool IsTaken(string folder)
    {
        using var taken = TryTake(folder);
        return taken is null;
    }

    /// <summary>Passes the lock to the child process that was started after it was taken.</summary>
    public void LeaveToChild()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Disposing would also unlock the file for the child, which on Unix shares the same lock.
            var handle = _file.SafeFileHandle;
            _ = Close((int)handle.DangerousGetHandle());
            handle.SetHandleAsInvalid();
        }

        _file.Dispose();
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
