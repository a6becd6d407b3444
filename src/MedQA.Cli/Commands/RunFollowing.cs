using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary>Work of this process on the runs that it follows.</summary>
/// <param name="Command">The command that does it.</param>
/// <param name="Storage">Where the runs are.</param>
/// <param name="Pipeline">Does it.</param>
/// <param name="Model">The fingerprint of the model that answers.</param>
internal sealed record WorkHere(string Command, LocalStorage Storage, LocalPipeline Pipeline, string Model);

/// <summary>Shows how runs go, and their scores at the end.</summary>
internal static class RunFollowing
{
    /// <summary>Follows runs to their end.</summary>
    /// <param name="context">The settings.</param>
    /// <param name="service">Where the runs are.</param>
    /// <param name="runs">The runs, each of which is shown when it has ended.</param>
    /// <param name="development">The development run that guarantees a threshold for the others, which come after it; or
    /// <see langword="null"/>.</param>
    /// <param name="work">What this process does meanwhile; <see langword="null"/> where the service works on them itself.</param>
    /// <param name="cancellationToken">Ends the following, and the work.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> FollowAsync(
        CommandContext context,
        CalledService service,
        IReadOnlyList<RunResource> runs,
        RunResource? development,
        WorkHere? work,
        CancellationToken cancellationToken)
    {
        foreach (var run in runs)
        {
            KnownRuns.Add(context.Settings, run.Id);
        }

        var present = work?.Storage.AtWork?.Begin(work.Command, work.Model);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = work is null ? Task.CompletedTask : work.Storage.WhileKeptAsync(work.Pipeline.RunAsync, ended.Token);
        var (code, isFullSaid) = (ExitCode.Success, false);
        var left = runs.Select(static run => run.Id).ToList();
        try
        {
            foreach (var run in runs)
            {
                var last = work is null
                    ? await FollowAsync(context, service, run, development, working, ended.Token)
                    : await work.Storage.WhileKeptAsync(
                        kept => FollowAsync(context, service, run, development, working, kept), ended.Token);
                context.Console.Note($"In a browser, with every reasoning: {Dashboard(context)}#/runs/{run.Id}");
                code = Math.Max(code, CodeOf(last.State));
                left.Remove(run.Id);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && left.Count > 0)
        {
            code = ExitCode.Stopped;
        }
        catch (Exception exception) when (work is not null && left.Count > 0 && FullDisk.Describe(exception) is { } fact)
        {
            context.Console.Fault($"{fact}: free space and run `medqa resume {left[0]}`; nothing that was answered is lost.");
            (code, isFullSaid) = (ExitCode.Failure, true);
        }
        finally
        {
            await ended.CancelAsync();
            await EndOf(
                working,
                exception => work?.Storage.Lost.IsCancellationRequested == true
                    || (isFullSaid && FullDisk.Describe(exception) is not null));
            present?.Dispose();
        }

        if (code == ExitCode.Stopped)
        {
            context.Console.Fault(work is null
                ? $"The service goes on with run {left[0]}: `medqa results {left[0]}` shows it, `medqa cancel {left[0]}` stops it."
                : $"Stopped. {StoppedWork.Of(work.Storage, work.Model, left)}");
        }

        return code;
    }

    private static async Task<RunResource> FollowAsync(
        CommandContext context,
        CalledService service,
        RunResource run,
        RunResource? development,
        Task working,
        CancellationToken cancellationToken)
    {
        var last = await WatchAsync(context, service, run, working, cancellationToken);
        await (service.Storage?.SaveAsync(cancellationToken) ?? Task.CompletedTask);
        await ShowAsync(context, service, last, development, cancellationToken);
        return last;
    }

    /// <summary>Where the dashboard is, or how it gets there.</summary>
    private static string Dashboard(CommandContext context) => (context.Settings.Endpoint ?? context.ServedAt) is { } served
        ? served.ToString()
        : $"`medqa serve`, then {context.Settings.Url}";

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
        catch (Exception exception) when (isSaid(exception))
        {
            // That is why everything ends.
        }
    }

    /// <summary>Shows a run that has ended, with the threshold that the development run guarantees, where there is one.</summary>
    private static async Task ShowAsync(
        CommandContext context, CalledService service, RunResource run, RunResource? development, CancellationToken cancellationToken)
    {
        try
        {
            var guarantor = development is null || development.Id == run.Id || run.Revision == 0
                ? null
                : await Development.ReadAsync(service, development, cancellationToken);
            await ResultsCommand.ShowAsync(context, service, run, guarantor, cancellationToken);
        }
        catch (InputException exception)
        {
            // Nothing that was answered is lost because the development run guarantees nothing.
            context.Console.Fault($"No threshold is guaranteed: {exception.Message}");
            await ResultsCommand.ShowAsync(context, service, run, null, cancellationToken);
        }
    }

    private static async Task<RunResource> WatchAsync(
        CommandContext context, CalledService service, RunResource run, Task working, CancellationToken cancellationToken)
    {
        var last = run;
        string? told = null;
        using var shown = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = SeeAsync(shown.Token);
        try
        {
            // Where the run stood when it was asked for is no place to count from: others that came before it have ended since.
            await Task.WhenAny(isSeen.Task, watching, working.IsCompleted ? isSeen.Task : working).WaitAsync(cancellationToken);
            await new RunProgress(context.Console, TimeProvider.System).ShowAsync(run.Name, async _ =>
            {
                if (working.IsFaulted)
                {
                    await working;
                }

                if (watching.IsCompleted)
                {
                    await watching;
                    return null;
                }

                var seen = last;
                if (seen is { State: RunState.Waiting, Reason: { } reason } && reason != told)
                {
                    context.Console.Note($"{run.Name} waits: {reason}");
                    told = reason;
                }

                return seen.HasEnded
                    ? null
                    : new ProgressReading(TimeProvider.System.GetUtcNow(), seen.Done, seen.Questions, seen.GeneratedTokens);
            }, cancellationToken);
            await watching;
            return last;
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-run")
        {
            throw new InputException(
                $"Run {run.Id} was deleted before its end was seen. `medqa run` with its file asks the questions again, as a new run.");
        }
        finally
        {
            await shown.CancelAsync();
            await Task.WhenAny(watching);
        }

        async Task SeeAsync(CancellationToken cancel)
        {
            await foreach (var seen in service.Client.WatchRunAsync(run.Id, cancel))
            {
                last = seen;
                isSeen.TrySetResult();
            }
        }
    }

    /// <summary>The exit code that a run's last state is.</summary>
    private static int CodeOf(RunState state) => state switch
    {
        RunState.Completed => ExitCode.Success,
        RunState.Rejected => ExitCode.BadInput,
        RunState.Failed => ExitCode.Failure,
        _ => ExitCode.SomeFailed,
    };
}
