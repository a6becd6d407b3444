using System.CommandLine;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using Spectre.Console;

namespace MedQA.Cli.Commands;

/// <summary>Asks before something is deleted that cannot be brought back.</summary>
internal static class Deletion
{
    /// <summary>Whether the deletion is confirmed on the command line.</summary>
    public static Option<bool> Confirmed { get; } = new("--yes", "-y")
    {
        Description = "Delete without asking; needed where there is no terminal"
    };

    /// <summary>Returns once the deletion is confirmed, by the option or by the user.</summary>
    /// <param name="console">The user's terminal.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="what">What is deleted; begins a sentence.</param>
    /// <param name="cancellationToken">Ends the waiting for an answer.</param>
    /// <exception cref="InputException">It is not confirmed.</exception>
    public static async Task ConfirmAsync(
        HostConsole console, ParseResult parsed, string what, CancellationToken cancellationToken)
    {
        var question = $"{what} will be deleted. This cannot be undone.";
        if (parsed.GetValue(Confirmed)
            || (console.IsAttended
                && await console.Notices.ConfirmAsync(Markup.Escape($"{question} Delete?"), defaultValue: false, cancellationToken)))
        {
            return;
        }

        throw console.IsAttended
            ? new InputException("Nothing was deleted.")
            : new InputException(new FaultLocation(Parameter: "--yes"), question, "Confirm that with --yes");
    }
}
