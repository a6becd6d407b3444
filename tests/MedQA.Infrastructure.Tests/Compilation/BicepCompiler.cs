using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;

namespace MedQA.Infrastructure.Tests.Compilation;

/// <summary>The Bicep compiler of the package, which knows the types and API versions of Azure's resources.</summary>
internal static class BicepCompiler
{
    private static readonly string Program = Path.GetFullPath(typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "BicepPath").Value!.Replace('\\', '/'));

    private static readonly ConcurrentDictionary<string, Lazy<Task<CompilerResult>>> Built = new(StringComparer.Ordinal);

    /// <summary>Compiles a file of <c>infra</c> with all its modules, once.</summary>
    public static Task<CompilerResult> BuildAsync(string file) => Built.GetOrAdd(file, static file => new(() => RunAsync("build", Repository.PathOf("infra", file), "--stdout"))).Value;

    /// <summary>Evaluates a deployment without Azure, into <c>NAME.snapshot.json</c> beside its parameters, a <c>.bicepparam</c> file.</summary>
    public static Task<CompilerResult> SnapshotAsync(string parameters) => RunAsync(
        "snapshot", parameters, "--mode", "overwrite", "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002", "--location", "swedencentral");

    private static async Task<CompilerResult> RunAsync(params string[] arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Packages carry no permissions.
            File.SetUnixFileMode(Program, File.GetUnixFileMode(Program) | UnixFileMode.UserExecute);
        }

        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return new CompilerResult(process.ExitCode, await output, await errors);
    }
}
