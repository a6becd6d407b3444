using System.Runtime.InteropServices;

namespace MedQA.Files;

/// <summary>The kind of file that a path leads to, following links.</summary>
public enum PathKind
{
    /// <summary>Missing or not visible.</summary>
    Missing,

    /// <summary>A regular file, which has a length and can be read repeatedly.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A named or anonymous pipe, which can be read once, and whose opening waits for a writer.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device, which may never end.</summary>
    Device,
}

/// <summary>Determines the kind of a path without opening it, because opening a pipe blocks.</summary>
internal static unsafe partial class PathKinds
{
    private const int CurrentFolder = -100;
    private const uint TypeMask = 0xF000;

    /// <summary>Returns the kind of a path.</summary>
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

        // Windows has separate paths for pipes and devices.
        return OperatingSystem.IsWindows() && path.StartsWith(@"\\.\pipe\", StringComparison.OrdinalIgnoreCase) ? PathKind.Pipe
            : OperatingSystem.IsWindows() && path.StartsWith(@"\\.\", StringComparison.Ordinal) ? PathKind.Device
            : Directory.Exists(path) ? PathKind.Folder
            : System.IO.File.Exists(path) && !LeadsNowhere(path) ? PathKind.File
            : PathKind.Missing;
    }

    /// <summary>Returns whether a path is a broken link.</summary>
    private static bool LeadsNowhere(string path)
    {
        try
        {
            return System.IO.File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && !Path.Exists(target.FullName);
        }
        catch (IOException)
        {
            // A cycle of links.
            return true;
        }
    }

    /// <summary>Returns the type bits of the file's mode; <see langword="null"/> if it is missing, or the system lacks the call.</summary>
    private static uint? TypeOf(string path)
    {
        // Larger than the structures of all systems. The mode is at offset 28 of statx, which is the same on every processor, and at 4 of
        // stat on macOS.
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
            // The C library is older than the call.
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
