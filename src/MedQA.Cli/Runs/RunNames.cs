using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Pipeline.Queries;

namespace MedQA.Cli.Runs;

/// <summary>Finds the runs that commands name, and requests actions on them.</summary>
internal static class RunNames
{
    /// <summary>Throws if the settings name a service; for commands that work only on this machine's storage.</summary>
    /// <exception cref="InputException">The settings name a service.</exception>
    public static void RequireLocal(HostSettings settings, string command)
    {
        if (settings.Endpoint is { } endpoint)
        {
            throw new InputException(
                new FaultLocation(),
                $"`medqa {command}` works only on the runs of this machine, but the settings name the service {endpoint}",
                "Remove --endpoint and MEDQA_ENDPOINT");
        }
    }

    /// <summary>Returns all runs, newest first.</summary>
    public static async Task<IReadOnlyList<RunResource>> ListRunsAsync(this CalledService service, CancellationToken cancellationToken)
    {
        var runs = await service.Client.AllRunsAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        KnownRuns.Keep(service.Settings, runs.Select(static run => run.Id));
        return runs;
    }

    /// <summary>Returns a run by name, by unique prefix of a name, or the latest run.</summary>
    /// <exception cref="InputException">No run matches, or several do.</exception>
    public static async Task<RunResource> FindRunAsync(this CalledService service, string name, CancellationToken cancellationToken) =>
        Choose(await service.ListRunsAsync(cancellationToken), name);

    /// <summary>
    /// Requests an action on a run. A run of this machine that no process works on is cancelled or deleted before this returns.
    /// </summary>
    /// <returns>The updated run; <see langword="null"/> if it was deleted.</returns>
    /// <exception cref="MedQAException">Its state does not allow it.</exception>
    public static async Task<RunResource?> RequestAsync(
        this CalledService service, RunResource run, RequestedAction action, CancellationToken cancellationToken)
    {
        var asked = action switch
        {
            RequestedAction.Cancel => await service.Client.CancelRunAsync(run.Id, cancellationToken),
            RequestedAction.Retry => await service.Client.RetryRunAsync(run.Id, cancellationToken),
            RequestedAction.Delete => await service.Client.DeleteRunAsync(run.Id, cancellationToken),
            RequestedAction.Approve => await service.Client.ApproveRunAsync(run.Id, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Unknown action."),
        };
        await service.ObeyAsync(run.Id, action, cancellationToken);
        return service.Storage is null ? asked : await service.TryGetRunAsync(run.Id, cancellationToken);
    }

    /// <summary>Returns the current state of a run; <see langword="null"/> if it was deleted.</summary>
    public static async Task<RunResource?> TryGetRunAsync(this CalledService service, string run, CancellationToken cancellationToken)
    {
        try
        {
            return await service.Client.GetRunAsync(run, cancellationToken);
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-run")
        {
            return null;
        }
    }

    /// <summary>
    /// Opens a file of a run's result, or returns <see langword="null"/> if it does not exist. The caller disposes it.
    /// </summary>
    public static async Task<Stream?> TryOpenFileAsync(
        this CalledService service, string run, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await service.Client.OpenFileAsync(run, file, cancellationToken);
        }
        catch (MedQAException exception) when (exception.Type == "urn:medqa:unknown-file")
        {
            return null;
        }
    }

    /// <summary>Reads every answer of a run with its question and samples, in the order of the run.</summary>
    /// <exception cref="InputException">The run has no answers yet.</exception>
    public static async IAsyncEnumerable<WholeAnswer> AnswersAsync(
        this CalledService service,
        RunResource run,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = await service.TryOpenFileAsync(run.Id, RunExports.NameOf(RunExport.Answers), cancellationToken)
            ?? throw new InputException($"Run {run.Id} has no answers yet: it is {StateText.Of(run.State)}.");
        await foreach (var answer in RunExports.ReadAnswersAsync(file, cancellationToken))
        {
            yield return answer;
        }
    }

    /// <summary>Returns a run by name, by unique prefix of a name, or the latest run.</summary>
    /// <param name="runs">The runs, newest first.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InputException">No run matches, or several do.</exception>
    public static RunResource Choose(IReadOnlyList<RunResource> runs, string name)
    {
        if (name == "latest")
        {
            return runs.Count > 0 ? runs[0] : throw new InputException("No runs yet. Start one: medqa run samples/medqa.csv");
        }

        RunResource[] matching = [.. runs.Where(run => run.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matching switch
        {
            [var one] => one,
            [] => throw new InputException(
                new FaultLocation(),
                $"No run '{name}'{Meant(name, runs.Select(static run => run.Id))}",
                "`medqa results` lists the runs"),
            _ => throw new InputException(
                new FaultLocation(),
                $"'{name}' matches {matching.Length} runs: {string.Join(", ", matching.Take(5).Select(static run => run.Id))}",
                "Add more characters"),
        };
    }

    /// <summary>
    /// Returns a suggestion for a mistyped name, in parentheses: <c>latest</c>, or a generated name (of a run, a study) that differs in a
    /// letter or two; empty if none is close.
    /// </summary>
    /// <param name="name">The given name, possibly a prefix.</param>
    /// <param name="known">The names, newest first.</param>
    internal static string Meant(string name, IEnumerable<string> known)
    {
        // One wrong letter in four is allowed, three in sixteen: with more, any random name would be close to another.
        var beginnings = known.ToLookup(id => id[..Math.Min(id.Length, name.Length)], StringComparer.Ordinal);
        return ClosestName.Of(
            name,
            beginnings.Select(static beginning => beginning.Key),
            Math.Clamp(name.Length / 4, 0, ClosestName.MaxEdits)) is { } near ? $" (did you mean {beginnings[near].First()}?)"
            : ClosestName.Of(name, ["latest"]) is { } latest ? $" (did you mean {latest}?)"
            : "";
    }
}
