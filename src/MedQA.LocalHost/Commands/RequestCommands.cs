using System.CommandLine;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Terminal;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa cancel</c>, <c>medqa approve</c> and <c>medqa delete</c>: what somebody wants to happen with a run.</summary>
internal static class RequestCommands
{
    /// <summary><c>medqa cancel</c>.</summary>
    public static Command CreateCancel() => Create("cancel", "Stop a run; its answers stay. `medqa resume RUN` goes on with it.", RunRequest.Cancel);

    /// <summary><c>medqa delete</c>.</summary>
    public static Command CreateDelete() => Create("delete", "Remove a run and everything that it wrote.", RunRequest.Delete);

    /// <summary><c>medqa approve</c>.</summary>
    public static Command CreateApprove() => Create("approve", "Let a run go on that waits because it is above a limit. It then takes the time and the cost that it needs.", RunRequest.Approve);

    private static TaughtCommand Create(string name, string description, RunRequest request)
    {
        var run = new Argument<string>("RUN") { Description = "The run, the beginning of its name, or 'latest'" }.WithRuns();
        var command = new TaughtCommand(name, description, $"""
            Examples:
              medqa {name} 4c2r
              medqa {name} latest --endpoint https://medqa.example.com

            What works on runs obeys within seconds: a service, or the next `medqa serve`, `medqa run` or `medqa resume` of this machine.
            """) { run };
        CommandContext.SetWork(command, async (context, parsed, cancel) =>
        {
            await using var source = await RunSources.OpenAsync(context, cancel);
            var asked = await source.AskAsync(await source.FindAsync(parsed.GetRequiredValue(run), cancel), request, cancel);
            context.Console.Note($"Run {asked.Id} ({asked.Name}) is {StateText.Of(asked)}, and is {(request == RunRequest.Approve ? "approved" : $"asked to {name}")}.");
            return ExitCode.Success;
        });
        return command;
    }
}
