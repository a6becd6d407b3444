using System.CommandLine;
using MedQA.Cli.Commands;

namespace MedQA.Tuning.Commands;

/// <summary>The command line of <c>medqa-tune</c>, which <c>medqa tune</c> starts.</summary>
internal static class TuningProgram
{
    private const string Name = "medqa tune";

    // A step of a large model can take minutes, and stopping waits for the checkpoint.
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(10);

    /// <summary>Runs the command that the arguments describe.</summary>
    /// <returns>An exit code of medqa.</returns>
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var root = new RootCommand(
            "Learn a soft prompt from a few exemplars with the model frozen (prompt tuning, Lester et al. 2021; instruction prompt "
                + "tuning, Singhal et al. 2023), and write it to a folder, from which `medqa run` prepends it to prompts.");
        TuneCommand.AddTo(root);
        CommandWithExamples.Teach(root, """
            Examples:
              medqa tune --data exemplars.csv --out prefixes/mine
              medqa tune --data exemplars.csv --dev others.csv --out prefixes/mine --steps 50 --batch 16
              medqa tune --data exemplars.csv --out prefixes/mine --profile few-shot --model smollm2-135m-instruct
              medqa prefixes --prefixes prefixes
            """);
        var parsed = root.Parse(arguments, CommandLineFaults.Parsing);
        if (CommandLineFaults.Of(parsed, Name) is { Count: > 0 } faults)
        {
            foreach (var fault in faults)
            {
                await Console.Error.WriteLineAsync($"{Name}: {fault}");
            }

            await Console.Error.WriteLineAsync($"See `{CommandLineFaults.PathOf(parsed.CommandResult, Name)} --help`.");
            return TuningConsole.BadInput;
        }

        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = StopLimit, EnableDefaultExceptionHandler = false };
        if (parsed.Action is not { ClearsParseErrors: true })
        {
            return await parsed.InvokeAsync(configuration);
        }

        // Help names this program, but people start it as a command of medqa.
        using var said = new StringWriter();
        configuration.Output = said;
        var code = await parsed.InvokeAsync(configuration);
        await Console.Out.WriteAsync(said.ToString().Replace($"  {RootCommand.ExecutableName} [", $"  {Name} [", StringComparison.Ordinal));
        return code;
    }
}
