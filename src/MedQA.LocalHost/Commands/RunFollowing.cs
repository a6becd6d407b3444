using MedQA.Evaluation.Reporting;
using MedQA.Files;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using MedQA.Pipeline.Runs;
using Run = MedQA.Client.Run;

namespace MedQA.LocalHost.Commands;

/// <summary>Works on runs, shows how they go, and shows their scores at the end.</summary>
internal static class RunFollowing
{
    /// <summary>Follows runs to their end.</summary>
    /// <param name="context">The settings.</param>
    /// <param name="command">The command that does this.</param>
    /// <param name="storage">Where the runs are.</param>
    /// <param name="model">The fingerprint of the model that answers.</param>
    /// <param name="pipeline">Works on them.</param>
    /// <param name="runs">The runs, each of which is shown when it has ended.</param>
    /// <param name="development">The development run that guarantees a threshold for the others, which come after it; or
    /// <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> FollowAsync(
        CommandContext context,
        string command,
        LocalStorage storage,
        string model,
        LocalPipeline pipeline,
        IReadOnlyList<RunSummary> runs,
        Run? development,
        CancellationToken cancellationToken)
    {
        foreach (var run in runs)
        {
            KnownRuns.Add(context.Settings, run.Run.ToString());
        }

        var present = storage.AtWork?.Begin(command, model);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = storage.WhileKeptAsync(pipeline.RunAsync, ended.Token);
        await using var source = new StoredRuns(pipeline.Reader, pipeline.Control, storage: null);
        var (code, isFullSaid) = (ExitCode.Success, false);
        var left = runs.Select(static run => run.Run).ToList();
        try
        {
            foreach (var run in runs)
            {
                var last = await storage.WhileKeptAsync(
                    async kept =>
                    {
                        var seen = await WatchAsync(context, pipeline, run, working, kept);
                        await storage.SaveAsync(kept);
                        await ShowAsync(context, source, StoredRuns.Of(seen), development, kept);
                        return seen;
                    },
                    ended.Token);
                context.Console.Note(
                    "In a browser, with every reasoning: "
                        + $"{(context.ServedAt is { } served ? served : $"`medqa serve`, then {context.Settings.Url}")}#/runs/{run.Run}");
                code = Math.Max(code, CodeOf(StoredRuns.Of(last).State));
                left.Remove(run.Run);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && left.Count > 0)
        {
            code = ExitCode.Stopped;
        }
        catch (Exception fault) when (left.Count > 0 && FullDisk.Describe(fault) is { } fact)
        {
            context.Console.Fault($"{fact}: free space and run `medqa resume {left[0]}`; nothing that was answered is lost.");
            (code, isFullSaid) = (ExitCode.Failure, true);
        }
        finally
        {
            await ended.CancelAsync();
            await EndOf(working, fault => storage.Lost.IsCancellationRequested || (isFullSaid && FullDisk.Describe(fault) is not null));
            present?.Dispose();
        }

        if (code == ExitCode.Stopped)
        {
            context.Console.Fault($"Stopped. {StoppedWork.Of(storage, model, left)}");
        }

        return code;
    }

    /// <summary>Waits for loops that were told to stop; a failure of theirs is the caller's, but for one that was said.</summary>
    private static async Task EndOf(Task working, Func<Exception, bool> isSaid)
    {
        try
        {
            await working;
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
        catch (Exception fault) when (isSaid(fault))
        {
            // That is why everything ends.
        }
    }

    /// <summary>Shows a run that has ended, with the threshold that the development run guarantees, where there is one.</summary>
    internal static async Task ShowAsync(
        CommandContext context, IRunSource source, Run run, Run? development, CancellationToken cancellationToken)
    {
        try
        {
            var guarantor = development is null || development.Id == run.Id || run.Revision == 0
                ? null
                : await Development.ReadAsync(source, development, cancellationToken);
            await ResultsCommand.ShowAsync(context, source, run, guarantor, cancellationToken);
        }
        catch (Exception exception) when (exception is RunComparisonException or InputException)
        {
            // Nothing that was answered is lost because the development run guarantees nothing.
            context.Console.Fault($"No threshold is guaranteed: {exception.Message}");
            await ResultsCommand.ShowAsync(context, source, run, null, cancellationToken);
        }
    }

    private static async Task<RunSummary> WatchAsync(
        CommandContext context, LocalPipeline pipeline, RunSummary run, Task working, CancellationToken cancellationToken)
    {
        var last = run;
        string? told = null;
        var progress = new RunProgress(context.Console, TimeProvider.System);
        await progress.ShowAsync(run.Name, async cancel =>
        {
            if (working.IsFaulted)
            {
                await working;
            }

            last = await pipeline.Reader.GetAsync(run.Run, cancel)
                ?? throw new InputException(
                    $"Run {run.Run} was deleted before its end was seen. `medqa run` with its file asks the questions again, as a new "
                        + "run.");
            if (last is { State: RunState.Waiting, Reason: { } reason } && reason != told)
            {
                context.Console.Note($"{run.Name} waits: {reason}");
                told = reason;
            }

            return last.State.IsFinal() && last.Requested == RequestedAction.None
                ? null
                : new ProgressReading(TimeProvider.System.GetUtcNow(), last.Totals.Done, last.Questions, last.Totals.GeneratedTokens);
        }, cancellationToken);
        return last;
    }

    /// <summary>The exit code that a run's last state is.</summary>
    internal static int CodeOf(Client.RunState state) => state switch
    {
        Client.RunState.Completed => ExitCode.Success,
        Client.RunState.Rejected => ExitCode.BadInput,
        Client.RunState.Failed => ExitCode.Failure,
        _ => ExitCode.SomeFailed,
    };
}
