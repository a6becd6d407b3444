using System.Globalization;
using System.Text;

namespace MedQA.Azurite;

/// <summary>
/// Lets one process at a time do something in a folder. The system releases it when its holder ends, however that happens.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    // EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    /// <summary>The pause between two looks at a lock: a file lock has no event that another process could wait for.</summary>
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a wait may last before people are told of it.</summary>
    public static readonly TimeSpan WaitSilently = TimeSpan.FromSeconds(3);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Waits until no other process holds the lock of that name, then holds it until the result is disposed.</summary>
    /// <param name="folder">The folder; it is created where there is none.</param>
    /// <param name="name">The lock's name.</param>
    /// <param name="waiting">Is told once, after some seconds, which process is waited for; <see langword="null"/> where that is
    /// unknown.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FolderLock> TakeAsync(string folder, string name, Action<int?> waiting, CancellationToken cancellationToken)
    {
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

                await Task.Delay(LookAgainAfter, cancellationToken);
            }
        }
    }

    /// <summary>The process that holds a lock, as it says; <see langword="null"/> where it says nothing.</summary>
    public static int? Holder(string folder, string name) => Holder(Path.Combine(folder, name));

    /// <summary>Names a process in a sentence; nothing where it is unknown.</summary>
    public static string Named(int? process) => process is { } id ? string.Create(CultureInfo.InvariantCulture, $" (process {id})") : "";

    /// <summary>Whether a file could not be opened because another process has it.</summary>
    public static bool IsHeld(IOException exception) => HeldByAnother.Contains(exception.HResult);

    /// <summary>Lets the next one have it.</summary>
    public void Dispose() => _file.Dispose();

    // A locked file cannot be read everywhere, so its holder stands in a file beside it.
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
            // The disk is full: whoever waits is told of a process without its number, which is all that this file is for.
        }
    }
}
