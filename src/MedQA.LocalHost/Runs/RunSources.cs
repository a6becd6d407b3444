using MedQA.Client;
using MedQA.Evaluation;
using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Settings;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;

namespace MedQA.LocalHost.Runs;

/// <summary>Opens what the settings name, and finds runs in it.</summary>
internal static class RunSources
{
    /// <summary>The service of the settings, or the storage of this machine.</summary>
    public static async Task<IRunSource> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Settings.Endpoint is not null)
        {
            return new ServedRuns(Client(context.Settings));
        }

        var storage = await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken);
        return new StoredRuns(
            new RunReader(storage.Runs, storage.AtWork),
            new RunControl(storage.Runs, TimeProvider.System),
            storage,
            runs => KnownRuns.Keep(context.Settings, runs));
    }

    /// <summary>Calls the service of the settings.</summary>
    public static MedQAClient Client(HostSettings settings) => new(new MedQAClientOptions
    {
        Endpoint = settings.Endpoint!,
        Key = settings.Key,
        Token = settings.Token is { } token ? _ => ValueTask.FromResult(token) : null,
    });

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

    /// <summary>The run of a name, of the unique beginning of a name, or the latest.</summary>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static async Task<Run> FindAsync(this IRunSource source, string name, CancellationToken cancellationToken) =>
        Choose(await source.ListAsync(cancellationToken), name);

    /// <summary>The run of a name, of the unique beginning of a name, or the latest.</summary>
    /// <param name="runs">The runs, newest first.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static Run Choose(IReadOnlyList<Run> runs, string name)
    {
        if (name == "latest")
        {
            return runs.Count > 0 ? runs[0] : throw new InputException("There are no runs yet. Start one: medqa run samples/medqa.csv");
        }

        Run[] matching = [.. runs.Where(run => run.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
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
            Math.Clamp(name.Length / 4, 0, ClosestName.MostEdits)) is { } near ? $" (is {beginnings[near].First()} meant?)"
            : ClosestName.Of(name, ["latest"]) is { } latest ? $" (is {latest} meant?)"
            : "";
    }
}
