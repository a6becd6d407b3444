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

        return await parsed.InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = StopLimit, EnableDefaultExceptionHandler = false });
    }
}
