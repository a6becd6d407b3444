using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MedQA.LocalHost.Terminal;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa tune</c>: starts the program that learns soft prompts. It is apart because it carries libtorch, half a gigabyte.</summary>
internal static partial class TuneCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "tune";

    private const string Program = "medqa-tune";
    private const string Configuration = "Release";
    private const int Terminate = 15;

    /// <summary>The command, for the list of commands; what it takes is the other program's.</summary>
    public static Command Create()
    {
        var command = new Command(Name, "Learn a soft prompt from a few exemplars, the model frozen, and write it as a prefix that a profile can name.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((parsed, cancellationToken) => RunAsync([.. parsed.UnmatchedTokens], cancellationToken));
        return command;
    }

    /// <summary>Runs the other program with these arguments and this one's console; its exit code is the result.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var console = new HostConsole();
        try
        {
            if (Find(AppContext.BaseDirectory) is { } found)
            {
                return await StartAsync(found, arguments, cancellationToken);
            }

            if (ProjectAbove(AppContext.BaseDirectory) is { } project)
            {
                console.Note($"Building {Path.GetRelativePath(Directory.GetCurrentDirectory(), project)} if it has changed…");
                var code = await StartAsync(["dotnet", "build", project, "-c", Configuration, "-v", "q", "--nologo", "-clp:ErrorsOnly"], [], cancellationToken);
                return code != 0 ? ExitCode.Failure : await StartAsync(["dotnet", Path.Combine(Path.GetDirectoryName(project)!, "bin", Configuration, $"net{Environment.Version.Major}.0", $"{Program}.dll")], arguments, cancellationToken);
            }
        }
        catch (Win32Exception exception)
        {
            console.Fault($"The program that tunes cannot be started: {exception.Message}.");
            return ExitCode.Failure;
        }

        console.Fault($"The program that tunes, {Program}, is not beside medqa in {AppContext.BaseDirectory}. It is published apart because it carries libtorch: `dotnet publish src/MedQA.Tuning -c Release -o {Path.Combine(AppContext.BaseDirectory, Program)}` puts it there.");
        return ExitCode.Failure;
    }

    /// <summary>The published program beside this one or in a folder of its name.</summary>
    private static string[]? Find(string folder)
    {
        foreach (var place in (ReadOnlySpan<string>)[folder, Path.Combine(folder, Program)])
        {
            if (File.Exists(Path.Combine(place, $"{Program}.dll")))
            {
                return ["dotnet", Path.Combine(place, $"{Program}.dll")];
            }
        }

        return null;
    }

    private static string? ProjectAbove(string folder)
    {
        for (var above = new DirectoryInfo(folder); above is not null; above = above.Parent)
        {
            var project = Path.Combine(above.FullName, "src", "MedQA.Tuning", "MedQA.Tuning.csproj");
            if (File.Exists(project))
            {
                return project;
            }
        }

        return null;
    }

    private static async Task<int> StartAsync(string[] program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program[0]) { UseShellExecute = false };
        foreach (var argument in program[1..].Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        // Ctrl-C reaches the other program by itself: it writes its checkpoint and ends, and this one waits for it.
        ConsoleCancelEventHandler leave = static (_, pressed) => pressed.Cancel = true;
        Console.CancelKeyPress += leave;
        try
        {
            using var process = Process.Start(start)!;
            using var terminated = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                _ = Kill(process.Id, Terminate);
            });
            await process.WaitForExitAsync(CancellationToken.None);
            return cancellationToken.IsCancellationRequested ? ExitCode.Stopped : process.ExitCode;
        }
        finally
        {
            Console.CancelKeyPress -= leave;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
