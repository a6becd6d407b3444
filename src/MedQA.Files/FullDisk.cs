using System.Globalization;

namespace MedQA.Files;

/// <summary>Distinguishes a full disk from other causes of failed writes.</summary>
public static class FullDisk
{
    private const int NoSpace = 28;
    private const int QuotaOfLinux = 122;
    private const int QuotaOfMac = 69;
    private const int WindowsFull = unchecked((int)0x80070070);
    private const int WindowsHandleFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);
    private const int ProbeBytes = 64 * 1024;

    /// <summary>Describes a full disk as the beginning of a sentence, to be continued with a remedy.</summary>
    /// <param name="fault">The exception; its inner exceptions are searched too.</param>
    /// <returns><see langword="null"/> if the disk is not full.</returns>
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

    /// <summary>Describes the full disk of a folder as the beginning of a sentence.</summary>
    /// <param name="folder">The folder; <see langword="null"/> if unknown.</param>
    public static string Fact(string? folder) => folder is null
        ? "The disk that is written to is full"
        : string.Create(CultureInfo.InvariantCulture, $"The disk that holds {folder} is full ({FreeBytes(folder) >> 20} MiB free)");

    /// <summary>
    /// Returns the free bytes for this user on the disk of a folder according to the file system, which ignores quotas.
    /// </summary>
    /// <param name="folder">An existing folder.</param>
    public static long FreeBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>Returns whether the disk of a folder, or this user's quota, is full, tested by writing.</summary>
    /// <param name="folder">An existing folder.</param>
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

    /// <summary>Returns the folder of the quoted path with which the system's message may end.</summary>
    private static string? FolderIn(string message) =>
        message.TrimEnd('.') is [.., '\''] quoted && quoted.LastIndexOf(" '", quoted.Length - 2, StringComparison.Ordinal)
            is >= 0 and var at
        && Path.GetDirectoryName(quoted[(at + 2)..^1]) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}

/// <summary>A fault that names the full disk.</summary>
public interface IFullDisk
{
    /// <summary>The message that the disk is full, as the beginning of a sentence.</summary>
    string Fact { get; }
}
