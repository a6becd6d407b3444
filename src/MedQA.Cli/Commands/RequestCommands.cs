using System.Globalization;
using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa cancel</c>, <c>medqa approve</c> and <c>medqa delete</c>: request actions on a run.</summary>
internal static class RequestCommands
{
    /// <summary><c>medqa cancel</c>.</summary>
    public static Command CreateCancel() =>
        Create("cancel", "Stop a run and keep its answers. `medqa resume RUN` continues it.", RequestedAction.Cancel);

    /// <summary><c>medqa delete</c>.</summary>
    public static Command CreateDelete() => Create("delete", "Delete a run and all its data.", RequestedAction.Delete);

    /// <summary><c>medqa approve</c>.</summary>
    public static Command CreateApprove() =>
        Create(
            "approve",
            "Continue a run that waits because it is above a limit, whatever time and cost it takes.",
            RequestedAction.Approve);

    private static CommandWithExamples Create(string name, string description, RequestedAction request)
    {
        var run = new Argument<string>("RUN") { Description = "Run name, unique prefix, or 'latest'" }.WithRuns();
        var command = new CommandWithExamples(name, description, $"""
            Examples:
              medqa {name} 4c2r
              medqa {name} latest {(request == RequestedAction.Delete ? "--yes " : "")}--endpoint https://medqa.example.com

            {(request == RequestedAction.Approve ? "A service, or the next `medqa serve`, `medqa run` or `medqa resume` on this machine, continues the run." : "A service or another medqa that works on the run complies within seconds; otherwise this command does it.")}
            """) { run };
        if (request == RequestedAction.Delete)
        {
            command.Add(Deletion.Confirmed);
        }

        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = await service.FindRunAsync(parsed.GetRequiredValue(run), cancel);
            if (request == RequestedAction.Delete)
            {
                await Deletion.ConfirmAsync(
                    context.Console,
                    parsed,
                    string.Create(CultureInfo.InvariantCulture, $"Run {found.Id} ({found.Name}) with {found.Done:#,0} answers"),
                    cancel);
            }

            var asked = await service.RequestAsync(found, request, cancel);
            context.Console.Note($"Run {found.Id} ({found.Name}) is " + (asked, request) switch
            {
                (null, _) => "deleted.",
                ({ State: RunState.Cancelled }, RequestedAction.Cancel) => "cancelled.",
                (_, RequestedAction.Delete) => "being deleted.",
                (_, RequestedAction.Approve) => $"{StateText.Of(asked)}; approved.",
                _ => $"{StateText.Of(asked)}; {name} requested.",
            });
            return ExitCode.Success;
        });
        return command;
    }
}
