using System.Diagnostics;
using System.Globalization;

namespace MedQA.Testing;

/// <summary>Signals to processes, sent by the program kill.</summary>
public static class Signals
{
    /// <summary>Sends a signal, such as <c>STOP</c>.</summary>
    /// <returns>Whether there was a process to get it.</returns>
    public static async Task<bool> SendAsync(string signal, int process, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using var kill = Process.Start(start)!;
        await kill.WaitForExitAsync(cancellationToken);
        return kill.ExitCode == 0;
    }
}
