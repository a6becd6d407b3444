using System.CommandLine;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary>The command line of <c>medqa</c>.</summary>
internal static class CommandLine
{
    // Longer than a step of the model and an orderly shutdown of the emulator.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var root = Create();
        if (arguments.Length == 0)
        {
            await root.Parse("--help").InvokeAsync();
            return ExitCode.BadInput;
        }

        if (arguments[0] == CommandLineFaults.Help)
        {
            // The rest names a command, or is reported as unknown.
            arguments = [.. arguments[1..].TakeWhile(static word => !word.StartsWith('-'))];
            if (root.Parse(arguments, CommandLineFaults.Parsing) is { UnmatchedTokens: [_, ..] } unknown)
            {
                return await RefuseAsync(CommandLineFaults.Of(unknown), unknown);
            }

            arguments = [.. arguments, "--help"];
        }

        // The other program handles its options and its help.
        if (arguments[0] == TuneCommand.Name)
        {
            return await TuneCommand.RunAsync(arguments[1..], CancellationToken.None);
        }

        var parsed = root.Parse(arguments, CommandLineFaults.Parsing);
        // A shell asks for completions: an incomplete line is not a fault.
        var isSuggestion = arguments[0].StartsWith("[suggest", StringComparison.Ordinal);
        if (!isSuggestion && CommandLineFaults.Of(parsed) is { Count: > 0 } faults)
        {
            return await RefuseAsync(faults, parsed);
        }

        if (isSuggestion)
        {
            return await SuggestAsync(parsed);
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = StopLimit, EnableDefaultExceptionHandler = false });
    }

    /// <summary>
    /// Writes the completions, without the parser's Windows-style /? and /h.
    /// </summary>
    private static async Task<int> SuggestAsync(ParseResult parsed)
    {
        using var said = new StringWriter();
        var code = await parsed.InvokeAsync(new InvocationConfiguration { Output = said, EnableDefaultExceptionHandler = false });
        foreach (var line in said.ToString()
            .Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line is not ("/?" or "/h")))
        {
            await Console.Out.WriteLineAsync(line);
        }

        return code;
    }

    private static async Task<int> RefuseAsync(IReadOnlyList<string> faults, ParseResult parsed)
    {
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync($"medqa: {fault}");
        }

        await Console.Error.WriteLineAsync($"See `{CommandLineFaults.PathOf(parsed.CommandResult)} --help`.");
        return ExitCode.BadInput;
    }

    /// <summary>Creates the root command with all its subcommands.</summary>
    internal static RootCommand Create()
    {
        var root = new RootCommand(
            "Answer medical question sets with a language model on this machine, and score the answers as the Med-PaLM papers do. "
                + "The answers measure a model; they are not medical advice.")
        {
            RunCommand.Create(),
            ResumeCommand.Create(),
            ResultsCommand.Create(),
            AnnotateCommand.Create(),
            RequestCommands.CreateCancel(),
            RequestCommands.CreateDelete(),
            RequestCommands.CreateApprove(),
            EstimateCommand.Create(),
            CompareCommand.Create(),
            GateCommand.Create(),
            ReplayCommand.Create(),
            OverlapCommand.Create(),
            VerifyCommand.Create(),
            ExportCommand.Create(),
            StudyCommand.Create(),
            ImportCommand.Create(),
            ServeCommand.Create(),
            WorkerCommand.Create(),
            ProfilesCommand.Create(),
            ModelsCommand.Create(),
            TuneCommand.Create(),
            PrefixesCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        CommonOptions.AddTo(root);
        CommandWithExamples.Teach(root, """
            Examples:
              medqa run samples/medqa.csv          answer and score a question set
              medqa results latest                 show its scores again
              medqa serve                          serve the HTTP API and the dashboard
              medqa results --endpoint URL         list the runs of a service
              source <(medqa completion bash)      enable tab completion for commands and options
              medqa doctor                         check that everything a run needs works
              medqa help run                       more about one command

            Exit codes: 0 done; 1 something failed; 2 the command line, a setting, a profile or a question set is invalid;
            3 the run ended but some questions failed; 130 stopped by Ctrl-C.
            """);
        return root;
    }
}
