using System.Diagnostics;

namespace MedQA.Infrastructure.Tests.Hosting;

/// <summary>A folder of programs that stand before the real ones: each notes its arguments and answers as the real one would.</summary>
internal sealed class StandIns : IDisposable
{
    /// <summary>The folder; the programs keep what they know in it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("medqa-programs").FullName;

    /// <summary>Every call so far, one a line: the program and its arguments.</summary>
    public string[] Calls => File.Exists(PathOf("calls")) ? File.ReadAllLines(PathOf("calls")) : [];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A file in the folder.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>Forgets the calls.</summary>
    public void Forget() => File.Delete(PathOf("calls"));

    /// <summary>Makes a program out of lines of bash; <c>$here</c> is the folder.</summary>
    public void Make(string program, string script)
    {
        File.WriteAllText(PathOf(program),
            $"#!/usr/bin/env bash\nhere=$(dirname \"$0\")\necho \"{program} $*\" >> \"$here/calls\"\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathOf(program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Runs a script of bash with these programs before the others.</summary>
    public async Task<ScriptResult> RunAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", [script])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["PATH"] = $"{Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["no_proxy"] = "127.0.0.1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ScriptResult(process.ExitCode, output, await errors);
    }
}
