using System.ComponentModel;
using System.Diagnostics;

namespace MedQA.Azurite;

/// <summary>How another program ended, and what it said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ProcessOutput(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a program to its end, with nothing to read.</summary>
    /// <param name="start">The program, and where and how it is started.</param>
    /// <param name="cancellationToken">Ends the program and all that it has started.</param>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public static async Task<ProcessOutput> OfAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        process.StandardInput.Close();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ProcessOutput(process.ExitCode, output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
