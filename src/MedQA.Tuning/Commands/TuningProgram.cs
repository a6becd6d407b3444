using System.CommandLine;
using MedQA.Cli.Commands;

namespace MedQA.Tuning.Commands;

/// <summary>The command line of <c>medqa-tune</c>, which <c>medqa tune</c> starts.</summary>
internal static class TuningProgram
{
    private const string Name = "medqa tune";

    // Between two steps of a large model minutes can pass; a stop waits for the checkpoint.
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(10);

    /// <summary>Does what the arguments say.</summary>
    /// <returns>An exit code of medqa.</returns>
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var root = new RootCommand(
            "Learns a soft prompt from a few exemplars with the model frozen (prompt tuning, Lester et al. 2021; instruction prompt "
                + "tuning, Singhal et al. 2023), and writes the folder from which `medqa run` puts it in front of its prompts.");
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
