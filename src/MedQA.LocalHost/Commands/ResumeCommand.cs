using System.CommandLine;
using MedQA.Evaluation;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;

namespace MedQA.LocalHost.Commands;

/// <summary><c>medqa resume</c>: goes on with runs that were stopped.</summary>
internal static class ResumeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "The run, the beginning of its name, or 'latest'. Without it every unfinished run goes on",
            Arity = ArgumentArity.ZeroOrOne
        }.WithRuns();
        var command = new CommandWithExamples("resume", "Go on with runs that were stopped. A named run that was cancelled goes on too, "
            + "and "
            + "failed questions of one that has ended are tried again.", """
            Examples:
              medqa resume
              medqa resume latest
            """) { run };
        CommandWork.Set(command, (context, parsed, cancel) => ResumeAsync(context, parsed.GetValue(run), cancel));
        return command;
    }

    private static async Task<int> ResumeAsync(CommandContext context, string? name, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is not null)
        {
            return await ResumeThereAsync(context, name, cancellationToken);
        }

        await using var storage = await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken);
        var reader = new RunReader(storage.Runs, storage.AtWork);
        IReadOnlyList<RunSummary> runs;
        if (name is null)
        {
            (runs, var refused) = await UnfinishedAsync(context, storage, reader, cancellationToken);
            if (runs.Count == 0)
            {
                context.Console.Note(
                    refused ? "There is nothing else to go on with." : "Every run has ended: there is nothing to go on with.");
                return refused ? ExitCode.BadInput : ExitCode.Success;
            }
        }
        else
        {
            runs = [await StoredRuns.FindAsync(reader, name, cancellationToken)];
            if (runs[0].State != RunState.Completed && await OtherRulesAsync(reader, runs[0], cancellationToken) is { } refusal)
            {
                throw new InputException(refusal);
            }
        }

        await using var model = await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken);
        using var logging = LocalLogging.Create(context.Settings);
        using var pipeline = new LocalPipeline(storage.Runs, model, context.Settings, TimeProvider.System, logging, storage.AtWork);
        if (name is not null && runs[0].State is RunState.CompletedWithFailures or RunState.Cancelled or RunState.Failed)
        {
            if (await pipeline.Control.RequestAsync(runs[0].Run, RequestedAction.Retry, cancellationToken) != RequestOutcome.Accepted)
            {
                throw new InputException($"Run {runs[0].Run} was tried again as often as is possible.");
            }
        }

        return await RunFollowing.FollowAsync(
            context, "resume", storage, model.Description.Fingerprint, pipeline, runs, null, cancellationToken);
    }

    /// <summary>Why a run does not go on, where it follows another version of the rules; else <see langword="null"/>.</summary>
    private static async Task<string?> OtherRulesAsync(RunReader reader, RunSummary run, CancellationToken cancellationToken) =>
        await reader.GetManifestAsync(run.Run, cancellationToken) is { } manifest && manifest.Rules != EvaluationRules.Version
            ? RunControl.OtherRulesOf(run.Run, manifest.Rules)
            : null;

    /// <returns>The unfinished runs that can go on, and whether there are others, which were named.</returns>
    private static async Task<(IReadOnlyList<RunSummary> Runs, bool Refused)> UnfinishedAsync(
        CommandContext context, LocalStorage storage, RunReader reader, CancellationToken cancellationToken)
    {
        var (runs, refused) = (new List<RunSummary>(), false);
        string? continuation = null;
        do
        {
            var page = await reader.ListAsync(continuation, RunReader.MaxPage, cancellationToken);
            foreach (var run in page.Runs)
            {
                if (run.State == RunState.Deleting || run.Requested == RequestedAction.Delete)
                {
                    // Whoever was asked for it ended before it was done.
                    await StoredRuns.ObeyAsync(storage, run.Run, RequestedAction.Delete, cancellationToken);
                    context.Console.Note(
                        $"Run {run.Run} ({run.Name}) is "
                            + (await reader.GetAsync(run.Run, cancellationToken) is null
                                ? "deleted, as somebody asked."
                                : "being deleted."));
                    continue;
                }

                if (run.State.IsFinal())
                {
                    continue;
                }

                if (await OtherRulesAsync(reader, run, cancellationToken) is { } refusal)
                {
                    context.Console.Note(refusal);
                    refused = true;
                }
                else
                {
                    runs.Add(run);
                }
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return (runs, refused);
    }

    /// <summary>
    /// A service goes on by itself with what was stopped: only what has ended must be asked for, and the rest is followed.
    /// </summary>
    private static async Task<int> ResumeThereAsync(CommandContext context, string? name, CancellationToken cancellationToken)
    {
        using var client = RunSources.Client(context.Settings);
        await using var source = new ServedRuns(client);
        IReadOnlyList<Client.Run> runs;
        if (name is null)
        {
            runs = [.. (await source.ListAsync(cancellationToken)).Where(
                static run => !run.HasEnded && run.State != Client.RunState.Deleting)];
            if (runs.Count == 0)
            {
                context.Console.Note("Every run has ended: there is nothing to go on with.");
                return ExitCode.Success;
            }
        }
        else
        {
            var run = await source.FindAsync(name, cancellationToken);
            runs = [run.State is Client.RunState.CompletedWithFailures or Client.RunState.Cancelled or Client.RunState.Failed
                ? await source.AskAsync(run, RunRequest.Retry, cancellationToken) ?? run
                : run];
        }

        return await ServedWork.FollowAsync(context, client, runs, development: null, cancellationToken);
    }
}
