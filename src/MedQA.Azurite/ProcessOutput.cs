using System.ComponentModel;
using System.Diagnostics;

namespace MedQA.Azurite;

/// <summary>The exit code and output of a finished program.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
internal sealed record ProcessOutput(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a program to its end, without input.</summary>
    /// <param name="start">The program, and how to start it.</param>
    /// <param name="cancellationToken">Ends the program and its child processes.</param>
    /// <exception cref="Win32Exception">The program could not be started.</exception>
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
