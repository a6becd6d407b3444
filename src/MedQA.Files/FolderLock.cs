using System.Globalization;
using System.Text;

namespace MedQA.Files;

/// <summary>
/// A lock that lets one process at a time work in a folder. The system releases it whenever its holder ends.
/// </summary>
public sealed class FolderLock : IDisposable
{
    // EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    /// <summary>The interval for polling a lock, since other processes cannot wait for a file lock.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>The time to wait before a message is shown.</summary>
    public static readonly TimeSpan WaitSilently = TimeSpan.FromSeconds(3);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock of that name, and holds it until the result is disposed.</summary>
    /// <param name="folder">The folder; created if missing.</param>
    /// <param name="name">The lock's name.</param>
    /// <param name="waiting">Called once, after some seconds, with the lock's holder; <see langword="null"/> if unknown.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static async Task<FolderLock> TakeAsync(string folder, string name, Action<int?> waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        PrivateFiles.CreateFolder(folder);
        var path = Path.Combine(folder, name);
        var silent = WaitSilently / LookAgainAfter;
        for (var looks = 0; ; looks++)
        {
            try
            {
                var taken = new FolderLock(PrivateFiles.Open(path, FileShare.None));
                Sign(path);
                return taken;
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                if (looks == silent)
                {
                    waiting(Holder(path));
                }

                await Task.Delay(LookAgainAfter, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns the recorded holder of a lock; <see langword="null"/> if there is none.</summary>
    public static int? Holder(string folder, string name) => Holder(Path.Combine(folder, name));

    /// <summary>Formats a process for a sentence; empty if unknown.</summary>
    public static string Named(int? process) => process is { } id ? string.Create(CultureInfo.InvariantCulture, $" (process {id})") : "";

    /// <summary>Returns whether a file could not be opened because another process has locked it.</summary>
    public static bool IsHeld(IOException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return HeldByAnother.Contains(exception.HResult);
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();

    // Some systems do not allow reading a locked file, so the holder is recorded in a second file.
    private static string HolderPath(string path) => path + ".pid";

    private static int? Holder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(HolderPath(path)), CultureInfo.InvariantCulture, out var process) && process > 0
                ? process
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Sign(string path)
    {
        try
        {
            using var holder = PrivateFiles.Open(HolderPath(path), FileShare.ReadWrite);
            holder.SetLength(0);
            holder.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The disk is full. Waiting processes then show no process id, the only purpose of this file.
        }
    }
}
