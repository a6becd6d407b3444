using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa resume</c>: continues stopped runs.</summary>
internal static class ResumeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "Run name, unique prefix, or 'latest'. Default: all unfinished runs",
            Arity = ArgumentArity.ZeroOrOne
        }.WithRuns();
        var command = new CommandWithExamples("resume", "Continue stopped runs. A named run continues even if it was cancelled, and if it "
            + "has ended, its failed questions are retried.", """
            Examples:
              medqa resume
              medqa resume latest
            """) { run };
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) => ResumeAsync(context, parsed.GetValue(run), cancel));
        return command;
    }

    private static async Task<int> ResumeAsync(CommandContext context, string? name, CancellationToken cancellationToken)
    {
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        IReadOnlyList<RunResource> runs;
        var isAnySkipped = false;
        if (name is null)
        {
            (runs, var refused) = await UnfinishedAsync(context, service, cancellationToken);
            if (runs.Count == 0)
            {
                context.Console.Note(
                    refused ? "No other unfinished runs." : "No unfinished runs.");
                return refused ? ExitCode.BadInput : ExitCode.Success;
            }
        }
        else
        {
            runs = [await service.FindRunAsync(name, cancellationToken)];
            if (runs[0].State != RunState.Completed && await OtherRulesAsync(service, runs[0], cancellationToken) is { } refusal)
            {
                throw new InputException(refusal);
            }
        }

        if (service.Storage is not { } storage)
        {
            // A service continues stopped runs by itself.
            return await GoOnAsync(service, work: null);
        }

        await using var model = await LocalModel.LoadAsync(context.Settings, context.Console, cancellationToken);
        var ofOthers = runs.Where(run => NeedsOtherModel(run, model.Description, storage)).ToList();
        foreach (var other in ofOthers)
        {
            var (refusal, remedy) = other.Model == model.Description.Name
                ? ($"Run {other.Id} ({other.Name}) requires model {other.Model} as it was when the run began; its files have changed since",
                    "Restore them to continue the run")
                : ($"Run {other.Id} ({other.Name}) requires model {other.Model}, but this is {model.Description.Name}",
                    LocalModel.FindFolder(context.Settings with { Model = other.Model }) is null
                        ? $"Continue it with `medqa resume {other.Id} --model FOLDER`, with the folder of that model"
                        : $"Continue it with `medqa resume {other.Id} --model {other.Model}`");
            if (ofOthers.Count == runs.Count && runs.Count == 1)
            {
                throw new InputException(new FaultLocation(Parameter: "--model"), refusal, remedy);
            }

            context.Console.Note($"{refusal}. {remedy}.");
        }

        runs = [.. runs.Except(ofOthers)];
        isAnySkipped = ofOthers.Count > 0;
        if (runs.Count == 0)
        {
            return ExitCode.BadInput;
        }

        using var logging = LocalLogging.Create(context.Settings);
        using var pipeline = new LocalPipeline(storage.Runs, [model], context.Settings, logging, storage.AtWork);
        await using var here = await CalledService.OverAsync(context.Settings, storage, pipeline, cancellationToken);
        return await GoOnAsync(here, new WorkHere("resume", storage, pipeline, model.Description.Fingerprint));

        async Task<int> GoOnAsync(CalledService called, WorkHere? work)
        {
            if (name is not null && runs[0].State is RunState.CompletedWithFailures or RunState.Cancelled or RunState.Failed)
            {
                runs = [await called.RequestAsync(runs[0], RequestedAction.Retry, cancellationToken) ?? runs[0]];
            }

            var code = await RunFollowing.FollowAsync(context, called, runs, development: null, work, cancellationToken);
            return isAnySkipped ? Math.Max(code, ExitCode.BadInput) : code;
        }
    }

    /// <summary>
    /// Whether a run that is left waits for a model that neither this process nor another one on its data folder has. On other storage the
    /// workers are unknown.
    /// </summary>
    private static bool NeedsOtherModel(RunResource run, ModelDescription model, LocalStorage storage) =>
        run.State is not (RunState.Completed or RunState.Rejected)
        && run.ModelFingerprint != model.Fingerprint
        && storage.AtWork is { } atWork
        && !atWork.Processes().Any(process => process.Model == run.ModelFingerprint);

    /// <summary>
    /// Returns why a run of this machine cannot continue if it follows another version of the rules; otherwise <see langword="null"/>. A
    /// remote service has its own rules.
    /// </summary>
    private static async Task<string?> OtherRulesAsync(CalledService service, RunResource run, CancellationToken cancellationToken) =>
        service.Storage is { } storage
            && RunId.Parse(run.Id) is var id
            && await new RunReader(storage.Runs).GetManifestAsync(id, cancellationToken) is { } manifest
            && manifest.Rules != EvaluationRules.Version
            ? RunControl.OtherRulesOf(id, manifest.Rules)
            : null;

    /// <returns>The unfinished runs that can continue, and whether there are others, which were reported.</returns>
    private static async Task<(IReadOnlyList<RunResource> Runs, bool Refused)> UnfinishedAsync(
        CommandContext context, CalledService service, CancellationToken cancellationToken)
    {
        var (runs, refused) = (new List<RunResource>(), false);
        foreach (var run in await service.ListRunsAsync(cancellationToken))
        {
            if (run.State == RunState.Deleting || run.Requested == RequestedAction.Delete)
            {
                // The process that was asked to delete it ended before it was done.
                await service.ObeyAsync(run.Id, RequestedAction.Delete, cancellationToken);
                context.Console.Note(
                    $"Run {run.Id} ({run.Name}) is "
                        + (await service.TryGetRunAsync(run.Id, cancellationToken) is null
                            ? "deleted, as requested."
                            : "being deleted."));
            }
            else if (run.State.IsFinal())
            {
                continue;
            }
            else if (await OtherRulesAsync(service, run, cancellationToken) is { } refusal)
            {
                context.Console.Note(refusal);
                refused = true;
            }
            else
            {
                runs.Add(run);
            }
        }

        return (runs, refused);
    }
}
