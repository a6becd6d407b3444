using MedQA.Client;
using MedQA.Evaluation;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;

namespace MedQA.Cli.Runs;

/// <summary>Finds the runs that commands name, and asks for something to happen with them.</summary>
internal static class RunNames
{
    /// <summary>Refuses a command that works on this machine's storage only.</summary>
    /// <exception cref="InputException">The settings name a service.</exception>
    public static void RequireLocal(HostSettings settings, string command)
    {
        if (settings.Endpoint is { } endpoint)
        {
            throw new InputException(
                $"`medqa {command}` works on the runs of this machine, and the settings name the service {endpoint}. Leave --endpoint and "
                    + "MEDQA_ENDPOINT out.");
        }
    }

    /// <summary>Every run, newest first.</summary>
    public static async Task<IReadOnlyList<RunResource>> ListRunsAsync(this CalledService service, CancellationToken cancellationToken)
    {
        var runs = await service.Client.AllRunsAsync(cancellationToken).ToListAsync(cancellationToken);
        KnownRuns.Keep(service.Settings, runs.Select(static run => run.Id));
        return runs;
    }

    /// <summary>The run of a name, of the unique beginning of a name, or the latest.</summary>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static async Task<RunResource> FindRunAsync(this CalledService service, string name, CancellationToken cancellationToken) =>
        Choose(await service.ListRunsAsync(cancellationToken), name);

    /// <summary>
    /// Asks for something to happen with a run. A run of this machine that nobody works on is cancelled or deleted before this returns.
    /// </summary>
    /// <returns>The run as it is then; <see langword="null"/> when it is gone.</returns>
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
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "There is nothing to ask for."),
        };
        await service.ObeyAsync(run.Id, action, cancellationToken);
        return service.Storage is null ? asked : await service.TryGetRunAsync(run.Id, cancellationToken);
    }

    /// <summary>Where a run stands; <see langword="null"/> when it is gone.</summary>
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
    /// A file of a run's result as it was written, or <see langword="null"/> where it is not there. The caller disposes it.
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

    /// <summary>The run of a name, of the unique beginning of a name, or the latest.</summary>
    /// <param name="runs">The runs, newest first.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static RunResource Choose(IReadOnlyList<RunResource> runs, string name)
    {
        if (name == "latest")
        {
            return runs.Count > 0 ? runs[0] : throw new InputException("There are no runs yet. Start one: medqa run samples/medqa.csv");
        }

        RunResource[] matching = [.. runs.Where(run => run.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matching switch
        {
            [var one] => one,
            [] => throw new InputException(
                $"There is no run '{name}' here{Meant(name, runs.Select(static run => run.Id))}. `medqa results` lists the runs."),
            _ => throw new InputException(
                $"'{name}' is the beginning of {matching.Length} runs: "
                    + $"{string.Join(", ", matching.Take(5).Select(static run => run.Id))}. Give more characters."),
        };
    }

    /// <summary>
    /// The name that somebody meant who wrote another: <c>latest</c>, or a drawn name (of a run, a study) of which a letter or two are
    /// wrong, in brackets; empty where none is near.
    /// </summary>
    /// <param name="name">What was written, which can be the beginning of a name.</param>
    /// <param name="known">The names, newest first.</param>
    internal static string Meant(string name, IEnumerable<string> known)
    {
        // Of four letters that were drawn one can be wrong, of all sixteen three: else any name would be near another.
        var beginnings = known.ToLookup(id => id[..Math.Min(id.Length, name.Length)], StringComparer.Ordinal);
        return ClosestName.Of(
            name,
            beginnings.Select(static beginning => beginning.Key),
            Math.Clamp(name.Length / 4, 0, ClosestName.MaxEdits)) is { } near ? $" (is {beginnings[near].First()} meant?)"
            : ClosestName.Of(name, ["latest"]) is { } latest ? $" (is {latest} meant?)"
            : "";
    }
}
