using System.Security.Cryptography;

namespace MedQA.Files;

/// <summary>
/// The disk of a data folder to which another program, the storage emulator, writes. The emulator rewrites its directory files as a whole;
/// without space for them, the latest writes are lost. So medqa never fills the disk completely, and keeps a reserve file that is deleted
/// when other programs have filled the disk. Safe for concurrent use.
/// </summary>
/// <param name="folder">The folder.</param>
public sealed class DataVolume(string folder)
{
    /// <summary>The reserve file.</summary>
    public const string ReserveFile = "reserve.bin";

    private const int LeastReserveBytes = 8 << 20;
    private const int MaxReserveBytes = 256 << 20;
    private const long LeastBytes = 12 << 20;
    private const long NothingBytes = 1 << 20;
    private const int LookEveryMilliseconds = 500;
    private const int MaxLooks = 20;

    private long _looked = long.MinValue / 2;
    private bool _short;

    /// <summary>The message that the disk is full, as the beginning of a sentence.</summary>
    public string Fact => FullDisk.Fact(folder);

    /// <summary>Whether the disk is too full to store more; updated twice a second.</summary>
    public bool IsShort
    {
        get
        {
            var now = Environment.TickCount64;
            if (now - Volatile.Read(ref _looked) >= LookEveryMilliseconds)
            {
                // The folder was moved, which its owner reports.
                Volatile.Write(ref _short, Directory.Exists(folder) && FullDisk.FreeBytes(folder) < LeastBytes + (2 * DirectoryBytes()));
                Volatile.Write(ref _looked, now);
            }

            return Volatile.Read(ref _short);
        }
    }

    /// <summary>
    /// Whether nothing more can be written, according to the file system and, because of quotas, to a test.
    /// </summary>
    public bool IsFull => Directory.Exists(folder) && (FullDisk.FreeBytes(folder) < NothingBytes || FullDisk.Refuses(folder));

    /// <summary>Creates the reserve for the emulator if there is enough space.</summary>
    /// <exception cref="IOException">The folder is not writable.</exception>
    public void Reserve()
    {
        var reserve = new FileInfo(Path.Combine(folder, ReserveFile));
        var wanted = Math.Clamp(2 * DirectoryBytes(), LeastReserveBytes, MaxReserveBytes);
        if ((!reserve.Exists || reserve.Length < wanted) && FullDisk.FreeBytes(folder) > (2 * wanted) + LeastBytes)
        {
            // Not zeros, for which some file systems allocate no space.
            OutputFile.WriteAllBytes(reserve.FullName, RandomNumberGenerator.GetBytes((int)wanted), onlyForOwner: true);
        }
    }

    /// <summary>Deletes the reserve.</summary>
    public void Release()
    {
        File.Delete(Path.Combine(folder, ReserveFile));
        Volatile.Write(ref _looked, long.MinValue / 2);
    }

    /// <summary>
    /// Frees space for the emulator to save its data at its end if the disk is nearly full. Since other programs that fill the disk would
    /// take the space, the reserve is deleted when they stop writing, or after ten seconds.
    /// </summary>
    public async Task PrepareEndAsync()
    {
        if (!IsShort)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(LookEveryMilliseconds));
        var (free, looks) = (long.MaxValue, 0);
        while (FullDisk.FreeBytes(folder) is var now && now < free && looks++ < MaxLooks)
        {
            free = now;
            await timer.WaitForNextTickAsync().ConfigureAwait(false);
        }

        Release();
    }

    private long DirectoryBytes()
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*.json").Sum(static file => file.Length);
        }
        catch (FileNotFoundException)
        {
            // One of the files was just replaced.
            return LeastBytes;
        }
    }
}
