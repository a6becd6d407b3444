using System.Collections.Immutable;
using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MedQA.Azurite;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;

namespace MedQA.Cli.Commands;

/// <summary>
/// <c>medqa tune</c>: starts the program that learns soft prompts, which is separate because it includes libtorch, half a gigabyte.
/// </summary>
internal static partial class TuneCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "tune";

    private const string Program = "medqa-tune";
    private const string Configuration = "Release";
    private const int Terminate = 15;

    /// <summary>Creates the command for the list of commands. The other program parses its options.</summary>
    public static Command Create()
    {
        var command = new Command(
            Name,
            "Learn a soft prompt from a few exemplars with the model frozen, and write it as a prefix for profiles.")
            {
                TreatUnmatchedTokensAsErrors = false
            };
        command.SetAction((parsed, cancellationToken) => RunAsync([.. parsed.UnmatchedTokens], cancellationToken));
        return command;
    }

    /// <summary>Runs the other program with these arguments and this console, and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var console = new HostConsole();
        try
        {
            arguments = WithModel(arguments);
            if (Find(AppContext.BaseDirectory) is { } found)
            {
                return await StartAsync(found, arguments, cancellationToken);
            }

            if (ProjectAbove(AppContext.BaseDirectory) is { } project)
            {
                if (!arguments.Any(AsksAboutProgram))
                {
                    console.Note($"Building {Path.GetRelativePath(Directory.GetCurrentDirectory(), project)} if it changed…");
                }

                return !await BuildAsync(project, console, cancellationToken)
                    ? ExitCode.Failure
                    : await StartAsync(
                        [
                            "dotnet",
                            Path.Combine(
                                Path.GetDirectoryName(project)!,
                                "bin",
                                Configuration,
                                $"net{Environment.Version.Major}.0",
                                $"{Program}.dll")
                        ],
                        arguments,
                        cancellationToken);
            }
        }
        catch (InputException exception)
        {
            console.Fault(exception.Message);
            return ExitCode.BadInput;
        }
        catch (Win32Exception exception)
        {
            console.Fault($"The tuning program cannot be started: {exception.Message}.");
            return ExitCode.Failure;
        }

        console.Fault(
            $"The tuning program, {Program}, was not found in {AppContext.BaseDirectory}. It is published separately because it includes "
                + $"libtorch: `dotnet publish src/MedQA.Tuning -c Release -o {Path.Combine(AppContext.BaseDirectory, Program)}`.");
        return ExitCode.Failure;
    }

    /// <summary>
    /// Replaces a model's name with its folder, and adds the folder of the default model if none is named, since the other program accepts
    /// only folders.
    /// </summary>
    /// <exception cref="InputException">The model does not exist.</exception>
    internal static string[] WithModel(string[] arguments)
    {
        const string Option = "--model";
        if (arguments.Any(static argument => AsksAboutProgram(argument) || argument.StartsWith(Option + "=", StringComparison.Ordinal)))
        {
            return arguments;
        }

        var place = Array.IndexOf(arguments, Option);
        return place < 0
            ? [.. arguments, Option, LocalModel.FolderOf(HostSettings.Read(ImmutableDictionary<string, string>.Empty))]
            : place + 1 < arguments.Length ? [
                .. arguments[..(place + 1)],
                LocalModel.FolderOf(HostSettings.Read(ImmutableDictionary<string, string>.Empty), arguments[place + 1]),
                .. arguments[(place + 2)..]
            ]
            : arguments;
    }

    private static bool AsksAboutProgram(string argument) => argument is "--help" or "-h" or "-?" or "--version";

    /// <summary>Builds the other program, and shows the build's output only if it fails.</summary>
    private static async Task<bool> BuildAsync(string project, HostConsole console, CancellationToken cancellationToken)
    {
        var said = await ProcessOutput.OfAsync(
            new ProcessStartInfo("dotnet", ["build", project, "-c", Configuration, "-v", "q", "--nologo"]), cancellationToken);
        if (said.ExitCode != 0)
        {
            console.Fault((said.Output + said.Errors).Trim());
        }

        return said.ExitCode == 0;
    }

    /// <summary>Returns the published program, next to this one or in a folder of its name.</summary>
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

        // Ctrl-C reaches the other program directly. It writes its checkpoint and ends, while this one waits.
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
