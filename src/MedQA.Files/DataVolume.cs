using System.Security.Cryptography;

namespace MedQA.Files;

/// <summary>
/// The disk under a data folder that another program, the storage emulator, writes into. That program keeps its directory of what is stored
/// in files that it writes anew as a whole: where there is no room for them, what was stored last is forgotten. So the folder is filled to
/// the brim by nothing of ours, and keeps a reserve that is given up when somebody else has filled the disk. Safe for concurrent use.
/// </summary>
/// <param name="folder">The folder.</param>
public sealed class DataVolume(string folder)
{
    /// <summary>The file that keeps room.</summary>
    public const string ReserveFile = "reserve.bin";

    private const int LeastReserveBytes = 8 << 20;
    private const int MaxReserveBytes = 256 << 20;
    private const long LeastBytes = 12 << 20;
    private const long NothingBytes = 1 << 20;
    private const int LookEveryMilliseconds = 500;
    private const int MaxLooks = 20;

    private long _looked = long.MinValue / 2;
    private bool _short;

    /// <summary>That the disk is full, as the beginning of a sentence.</summary>
    public string Fact => FullDisk.Fact(folder);

    /// <summary>Whether so little is left that nothing more shall be stored; looked at twice a second.</summary>
    public bool IsShort
    {
        get
        {
            var now = Environment.TickCount64;
            if (now - Volatile.Read(ref _looked) >= LookEveryMilliseconds)
            {
                // A folder that was moved away is on no disk; whoever keeps it says so.
                Volatile.Write(ref _short, Directory.Exists(folder) && FullDisk.FreeBytes(folder) < LeastBytes + (2 * DirectoryBytes()));
                Volatile.Write(ref _looked, now);
            }

            return Volatile.Read(ref _short);
        }
    }

    /// <summary>
    /// Whether nothing more can be written: by what the file system says, and by trying, since it says nothing of quotas.
    /// </summary>
    public bool IsFull => Directory.Exists(folder) && (FullDisk.FreeBytes(folder) < NothingBytes || FullDisk.Refuses(folder));

    /// <summary>Keeps room for the emulator, where there is plenty.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Reserve()
    {
        var reserve = new FileInfo(Path.Combine(folder, ReserveFile));
        var wanted = Math.Clamp(2 * DirectoryBytes(), LeastReserveBytes, MaxReserveBytes);
        if ((!reserve.Exists || reserve.Length < wanted) && FullDisk.FreeBytes(folder) > (2 * wanted) + LeastBytes)
        {
            // Not zeros: some file systems keep no room for those.
            OutputFile.WriteAllBytes(reserve.FullName, RandomNumberGenerator.GetBytes((int)wanted), onlyForOwner: true);
        }
    }

    /// <summary>Gives the reserve up.</summary>
    public void Release()
    {
        File.Delete(Path.Combine(folder, ReserveFile));
        Volatile.Write(ref _looked, long.MinValue / 2);
    }

    /// <summary>
    /// Makes room for the emulator's end, when it writes down what it has, where the disk is short. Whoever fills the disk would take the
    /// reserve too: it is given up when nobody writes any more, or after ten seconds.
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
            // One of them was just replaced.
            return LeastBytes;
        }
    }
}
