using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa cancel</c>, <c>medqa approve</c> and <c>medqa delete</c>: what somebody wants to happen with a run.</summary>
internal static class RequestCommands
{
    /// <summary><c>medqa cancel</c>.</summary>
    public static Command CreateCancel() =>
        Create("cancel", "Stop a run; its answers stay. `medqa resume RUN` goes on with it.", RequestedAction.Cancel);

    /// <summary><c>medqa delete</c>.</summary>
    public static Command CreateDelete() => Create("delete", "Remove a run and everything that it wrote.", RequestedAction.Delete);

    /// <summary><c>medqa approve</c>.</summary>
    public static Command CreateApprove() =>
        Create(
            "approve",
            "Let a run go on that waits because it is above a limit. It then takes the time and the cost that it needs.",
            RequestedAction.Approve);

    private static CommandWithExamples Create(string name, string description, RequestedAction request)
    {
        var run = new Argument<string>("RUN") { Description = "The run, the beginning of its name, or 'latest'" }.WithRuns();
        var command = new CommandWithExamples(name, description, $"""
            Examples:
              medqa {name} 4c2r
              medqa {name} latest --endpoint https://medqa.example.com

            {(request == RequestedAction.Approve ? "The run goes on in what works on runs: a service, or the next `medqa serve`, `medqa run` or `medqa resume` of this machine." : "What works on the run, a service or another medqa, obeys within seconds; where nothing does, this command does it.")}
            """) { run };
        CommandWork.Set(command, async (context, parsed, cancel) =>
        {
            await using var service = await CalledService.OpenAsync(context, cancel);
            var found = await service.FindRunAsync(parsed.GetRequiredValue(run), cancel);
            var asked = await service.RequestAsync(found, request, cancel);
            context.Console.Note($"Run {found.Id} ({found.Name}) is " + (asked, request) switch
            {
                (null, _) => "deleted.",
                ({ State: RunState.Cancelled }, RequestedAction.Cancel) => "cancelled.",
                (_, RequestedAction.Delete) => "being deleted.",
                (_, RequestedAction.Approve) => $"{StateText.Of(asked)}, and is approved.",
                _ => $"{StateText.Of(asked)}, and is asked to {name}.",
            });
            return ExitCode.Success;
        });
        return command;
    }
}
