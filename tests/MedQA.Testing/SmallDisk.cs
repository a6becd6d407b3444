using System.Diagnostics;

namespace MedQA.Testing;

/// <summary>A disk that is really small: a file system in memory, mounted in a name space of its own, for which nobody need be root.</summary>
public static class SmallDisk
{
    /// <summary>Runs a script of bash in which <c>$DISK</c> is such a disk. Where the system does not allow that the calling test is skipped and says so.</summary>
    /// <param name="mebibytes">How large it is.</param>
    /// <param name="script">The script.</param>
    /// <param name="start">Changes how the script is started.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(int mebibytes, string script, Action<ProcessStartInfo>? start, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux mounts a file system for one process.");
        var (code, _, errors) = await StartAsync("mount -t tmpfs -o size=1m none /mnt", start, cancellationToken);
        Assert.SkipUnless(code == 0, $"This system mounts no file system for one process: {errors.Trim()}");
        var folder = Directory.CreateTempSubdirectory("medqa-disk-").FullName;
        try
        {
            return await StartAsync($"export DISK={folder}\nmount -t tmpfs -o size={mebibytes}m none $DISK || exit 99\n{script}", start, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output, string Errors)> StartAsync(string script, Action<ProcessStartInfo>? change, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("unshare", ["-rm", "bash", "-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        change?.Invoke(start);
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output, await errors);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (127, "", exception.Message);
        }
    }
}
