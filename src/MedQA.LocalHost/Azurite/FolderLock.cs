namespace MedQA.LocalHost.Azurite;

/// <summary>Lets one process at a time do something in a folder. The system releases it when its holder ends, however that happens.</summary>
internal static class FolderLock
{
    // EWOULDBLOCK on Linux and on macOS, a sharing violation on Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no other process holds the lock of that name, then holds it until the result is disposed.</summary>
    public static async Task<IAsyncDisposable> TakeAsync(string folder, string name, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException exception) when (HeldByAnother.Contains(exception.HResult))
            {
                // A file lock has no event that another process could wait for.
                await Task.Delay(LookAgainAfter, cancellationToken);
            }
        }
    }
}
