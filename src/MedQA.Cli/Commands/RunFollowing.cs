using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Files;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Signalling;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Cli.Commands;

/// <summary>This process's own work on the runs that it follows.</summary>
/// <param name="Command">The command that does the work.</param>
/// <param name="Storage">The storage with the runs.</param>
/// <param name="Pipeline">The pipeline that does the work.</param>
/// <param name="Model">The fingerprint of the answering model.</param>
internal sealed record WorkHere(string Command, LocalStorage Storage, LocalPipeline Pipeline, string Model);

/// <summary>Shows the progress of runs, and their scores at the end.</summary>
internal static class RunFollowing
{
    /// <summary>How long the end of a command is put off for a notice; longer than a receiver has to answer.</summary>
    private static readonly TimeSpan NoticeWithin = TimeSpan.FromSeconds(25);

    /// <summary>Follows runs until they end.</summary>
    /// <param name="context">The settings.</param>
    /// <param name="service">The storage with the runs.</param>
    /// <param name="runs">The runs; each is shown when it has ended.</param>
    /// <param name="development">
    /// The development run that guarantees a threshold for the others, which follow it; or <see langword="null"/>.
    /// </param>
    /// <param name="work">This process's own work; <see langword="null"/> if the service works on the runs.</param>
    /// <param name="cancellationToken">Ends the following and the work.</param>
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
                    ? await FollowAsync(context, service, run, development, work, working, ended.Token)
                    : await work.Storage.WhileKeptAsync(
                        kept => FollowAsync(context, service, run, development, work, working, kept), ended.Token);
                context.Console.Note($"In the browser, with every reasoning: {Dashboard(context)}#/runs/{run.Id}");
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
            context.Console.Fault($"{fact}: free space and run `medqa resume {left[0]}`; no answers are lost.");
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
                ? $"The service continues run {left[0]}: `medqa results {left[0]}` shows it, `medqa cancel {left[0]}` stops it."
                : $"Stopped. {StoppedWork.Of(work.Storage, work.Model, left)}");
        }

        return code;
    }

    private static async Task<RunResource> FollowAsync(
        CommandContext context,
        CalledService service,
        RunResource run,
        RunResource? development,
        WorkHere? work,
        Task working,
        CancellationToken cancellationToken)
    {
        // A service goes on without this process; a run of this machine goes on only here.
        var waits = service.Storage is null || context.Console.IsAttended;
        var last = await WatchAsync(context, service, run, working, waits, cancellationToken);
        await (service.Storage?.SaveAsync(cancellationToken) ?? Task.CompletedTask);
        if (!last.HasEnded)
        {
            context.Console.Fault($"Run {run.Id} waits for approval: `medqa approve {run.Id}`, then `medqa resume {run.Id}`.");
            return last;
        }

        last = work is null ? last : await UntilToldAsync(service, work, last, cancellationToken);
        await ShowAsync(context, service, last, development, cancellationToken);
        if (work is not null && last.Notice is { State: NoticeState.Waiting })
        {
            context.Console.Note("The next `medqa serve` or `medqa run` on this data folder tries to deliver the notice again.");
        }

        return last;
    }

    /// <summary>Waits for the first try to deliver the notice of a run of this machine: afterwards this process may end.</summary>
    private static async Task<RunResource> UntilToldAsync(
        CalledService service, WorkHere work, RunResource run, CancellationToken cancellationToken)
    {
        var signals = work.Pipeline.Services.GetRequiredService<PipelineSignals>();
        var began = TimeProvider.System.GetTimestamp();
        while (run.Notice is { State: NoticeState.Waiting, Status: null, Problem: null }
            && TimeProvider.System.GetElapsedTime(began) < NoticeWithin)
        {
            var written = signals.RunWritten.Next;
            run = await service.Client.GetRunAsync(run.Id, cancellationToken);
            if (run.Notice is { State: NoticeState.Waiting, Status: null, Problem: null })
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(written, Task.Delay(NoticeWithin, limit.Token));
                await limit.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return run;
    }

    /// <summary>Returns the address of the dashboard, or how to start it.</summary>
    private static string Dashboard(CommandContext context) => (context.Settings.Endpoint ?? context.ServedAt) is { } served
        ? served.ToString()
        : $"`medqa serve`, then {context.Settings.Url}";

    /// <summary>Waits for loops that were asked to stop, and rethrows their failures, except one that was reported.</summary>
    private static async Task EndOf(Task working, Func<Exception, bool> isSaid)
    {
        try
        {
            await working;
        }
        catch (OperationCanceledException)
        {
            // It was asked to stop.
        }
        catch (Exception exception) when (isSaid(exception))
        {
            // This failure was reported already.
        }
    }

    /// <summary>Shows a run that has ended, with the threshold that a development run guarantees, if any.</summary>
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
            // The answers remain valid without a guarantee from the development run.
            context.Console.Fault($"No guaranteed threshold: {exception.Message}");
            await ResultsCommand.ShowAsync(context, service, run, null, cancellationToken);
        }
    }

    private static async Task<RunResource> WatchAsync(
        CommandContext context,
        CalledService service,
        RunResource run,
        Task working,
        bool waitsForApproval,
        CancellationToken cancellationToken)
    {
        var last = run;
        string? told = null;
        using var shown = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = SeeAsync(shown.Token);
        try
        {
            // Progress is not counted from the moment of the request: runs ahead of this one have ended since.
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
                    var hint = seen.NeedsApproval == true && waitsForApproval ? $" To approve it: medqa approve {run.Id}" : "";
                    context.Console.Note($"{run.Name} waits: {reason}{hint}");
                    told = reason;
                }

                return seen.HasEnded || (seen.NeedsApproval == true && !waitsForApproval)
                    ? null
                    : new ProgressReading(TimeProvider.System.GetUtcNow(), seen.Done, seen.Questions, seen.GeneratedTokens, CostOf(seen));
            }, cancellationToken);
            if (last.NeedsApproval != true || waitsForApproval)
            {
                await watching;
            }

            return last;
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-run")
        {
            throw new InputException(
                new FaultLocation(),
                $"Run {run.Id} was deleted while it was followed",
                "`medqa run` with its file asks the questions again, as a new run");
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

    private static string? CostOf(RunResource run) =>
        run is { Cost: { } cost, Currency: { } currency } ? CostText.Of((decimal)cost, currency) : null;

    /// <summary>Returns the exit code for a run's final state.</summary>
    private static int CodeOf(RunState state) => state switch
    {
        RunState.Completed => ExitCode.Success,
        RunState.Rejected => ExitCode.BadInput,
        RunState.Failed => ExitCode.Failure,
        RunState.Waiting => ExitCode.NeedsApproval,
        _ => ExitCode.SomeFailed,
    };
}
