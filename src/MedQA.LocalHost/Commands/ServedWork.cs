using MedQA.Client;
using MedQA.Datasets;
using MedQA.Files;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Terminal;

namespace MedQA.LocalHost.Commands;

/// <summary>
/// Has question sets answered by a service: what <c>medqa run</c> and <c>medqa resume</c> do where the settings name one.
/// </summary>
internal static class ServedWork
{
    /// <summary>Starts runs of question sets.</summary>
    /// <returns>The runs, in the order of the files.</returns>
    public static async Task<IReadOnlyList<Run>> StartAsync(
        CommandContext context,
        MedQAClient client,
        IReadOnlyList<InputFile> files,
        string? profile,
        bool again,
        SetReading reading,
        CancellationToken cancellationToken)
    {
        var runs = new List<Run>();
        foreach (var file in files)
        {
            await using var content = file.OpenRead();
            var started = await client.StartRunAsync(
                content, file.Name, profile, again, reading.NotationName, reading.DropsFillers, cancellationToken);
            runs.Add(started.Run);
            if (!started.IsNew)
            {
                context.Console.Note(started.Run.HasEnded
                    ? $"{file} was asked with this profile and model before: this is run {started.Run.Id}. Ask again with --again."
                    : $"{file}: going on with run {started.Run.Id}.");
            }
        }

        return runs;
    }

    /// <summary>Follows runs to their end, and shows their scores.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> FollowAsync(
        CommandContext context, MedQAClient client, IReadOnlyList<Run> runs, Run? development, CancellationToken cancellationToken)
    {
        await using var source = new ServedRuns(client);
        var code = ExitCode.Success;
        foreach (var run in runs)
        {
            try
            {
                var last = await WatchAsync(context, client, run, cancellationToken);
                await RunFollowing.ShowAsync(context, source, last, development, cancellationToken);
                context.Console.Note($"In a browser, with every reasoning: {context.Settings.Endpoint}#/runs/{run.Id}");
                code = Math.Max(code, RunFollowing.CodeOf(last.State));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                context.Console.Fault(
                    $"The service goes on with run {run.Id}: `medqa results {run.Id}` shows it, `medqa cancel {run.Id}` stops it.");
                return ExitCode.Stopped;
            }
        }

        return code;
    }

    private static async Task<Run> WatchAsync(CommandContext context, MedQAClient client, Run run, CancellationToken cancellationToken)
    {
        var last = run;
        string? told = null;
        var watching = SeeAsync();
        await new RunProgress(context.Console, TimeProvider.System).ShowAsync(run.Name, async _ =>
        {
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

        async Task SeeAsync()
        {
            await foreach (var seen in client.WatchRunAsync(run.Id, cancellationToken))
            {
                last = seen;
            }
        }
    }
}
