using System.Globalization;

namespace MedQA.Files;

/// <summary>Tells a disk without room from everything else that keeps a file from being written.</summary>
public static class FullDisk
{
    private const int NoSpace = 28;
    private const int QuotaOfLinux = 122;
    private const int QuotaOfMac = 69;
    private const int WindowsFull = unchecked((int)0x80070070);
    private const int WindowsHandleFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);
    private const int ProbeBytes = 64 * 1024;

    /// <summary>Says that a disk is full, as the beginning of a sentence that goes on with what to do.</summary>
    /// <param name="fault">What was thrown; what it was thrown for, too.</param>
    /// <returns><see langword="null"/> where that is not the reason.</returns>
    public static string? Describe(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is IFullDisk known)
            {
                return known.Fact;
            }

            if (cause is IOException && IsFull(cause.HResult))
            {
                return Fact(FolderIn(cause.Message));
            }

            if (cause is AggregateException several
                && several.InnerExceptions.Select(Describe).FirstOrDefault(static fact => fact is not null) is { } fact)
            {
                return fact;
            }
        }

        return null;
    }

    /// <summary>Says that the disk of a folder is full, as the beginning of a sentence.</summary>
    /// <param name="folder">The folder; <see langword="null"/> where it is not known.</param>
    public static string Fact(string? folder) => folder is null
        ? "The disk that is written to is full"
        : string.Create(CultureInfo.InvariantCulture, $"The disk that holds {folder} is full ({FreeBytes(folder) >> 20} MiB free)");

    /// <summary>
    /// The bytes that this user may still write on the disk of a folder, as far as the file system says; quotas are none of it.
    /// </summary>
    /// <param name="folder">A folder that is there.</param>
    public static long FreeBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>Whether a folder takes nothing more because its disk, or this user's share of it, is full: tried by writing.</summary>
    /// <param name="folder">A folder that is there.</param>
    public static bool Refuses(string folder)
    {
        var probe = Path.Combine(folder, $"probe-{Guid.NewGuid():n}");
        try
        {
            using var stream = new FileStream(
                probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            stream.Write(new byte[ProbeBytes]);
            stream.Flush(flushToDisk: true);
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception is IOException && IsFull(exception.HResult);
        }
    }

    private static bool IsFull(int code) => OperatingSystem.IsWindows()
        ? code is WindowsFull or WindowsHandleFull or WindowsQuota
        : code == NoSpace || code == (OperatingSystem.IsMacOS() ? QuotaOfMac : QuotaOfLinux);

    /// <summary>The system's message ends with the path in quotation marks, where it has one.</summary>
    private static string? FolderIn(string message) =>
        message.TrimEnd('.') is [.., '\''] quoted && quoted.LastIndexOf(" '", quoted.Length - 2, StringComparison.Ordinal)
            is >= 0 and var at
        && Path.GetDirectoryName(quoted[(at + 2)..^1]) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}

/// <summary>A fault that says itself which disk is full.</summary>
public interface IFullDisk
{
    /// <summary>That it is, as the beginning of a sentence.</summary>
    string Fact { get; }
}
