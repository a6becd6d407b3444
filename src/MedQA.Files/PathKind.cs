using System.Runtime.InteropServices;

namespace MedQA.Files;

/// <summary>What a path leads to, links followed.</summary>
public enum PathKind
{
    /// <summary>Nothing that can be seen.</summary>
    Missing,

    /// <summary>A regular file: it has a length, can be read again, and ends.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, named or not: it can be read once, and whoever opens it waits for somebody who writes.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device: it may never end.</summary>
    Device,
}

/// <summary>Asks the system what a path leads to, without opening it: to open a pipe is to wait.</summary>
internal static unsafe partial class PathKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeMask = 0xF000;

    /// <summary>What the path leads to.</summary>
    public static PathKind Of(string path)
    {
        if (!OperatingSystem.IsWindows() && TypeOf(path) is { } type)
        {
            return type switch
            {
                0x1000 => PathKind.Pipe,
                0x2000 or 0x6000 => PathKind.Device,
                0x4000 => PathKind.Folder,
                0xC000 => PathKind.Socket,
                _ => PathKind.File,
            };
        }

        // Windows keeps its pipes and devices out of the folders, under names of their own.
        return OperatingSystem.IsWindows() && path.StartsWith(@"\\.\pipe\", StringComparison.OrdinalIgnoreCase) ? PathKind.Pipe
            : OperatingSystem.IsWindows() && path.StartsWith(@"\\.\", StringComparison.Ordinal) ? PathKind.Device
            : Directory.Exists(path) ? PathKind.Folder
            : System.IO.File.Exists(path) && !LeadsNowhere(path) ? PathKind.File
            : PathKind.Missing;
    }

    /// <summary>Whether a path is a link to what is not there.</summary>
    private static bool LeadsNowhere(string path)
    {
        try
        {
            return System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && !Path.Exists(target.FullName);
        }
        catch (IOException)
        {
            // Links that lead to each other.
            return true;
        }
    }

    /// <summary>The type bits of the file's mode; <see langword="null"/> where there is nothing, or the system has no such call.</summary>
    private static uint? TypeOf(string path)
    {
        // Larger than the structures of all systems. In that of statx, which is the same on every processor, the mode stands at 28; in that
        // of stat on macOS at 4.
        var status = stackalloc byte[512];
        try
        {
            return OperatingSystem.IsMacOS()
                ? (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? StatOfX64(path, status) : Stat(path, status)) == 0
                    ? *(ushort*)(status + 4) & TypeMask
                    : null
                : StatX(CurrentFolder, path, 0, 1, status) == 0 ? *(ushort*)(status + 28) & TypeMask : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library that is older than the call.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatX(int folder, string path, int flags, uint wanted, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatOfX64(string path, byte* status);
}
