using MedQA.Client;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;

namespace MedQA.Cli.Runs;

/// <summary>
/// The names of runs for shell completion, which waits for them on every key press and must not start an emulator. Names of this machine
/// are saved to a file in the data folder whenever runs are listed or created; a service is asked, with a short timeout.
/// </summary>
internal static class KnownRuns
{
    private const int MaxRuns = 100;
    private static readonly KnownNames Names = new("known-runs");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Saves the names of the runs of this machine, newest first.</summary>
    public static void Keep(HostSettings settings, IEnumerable<string> runs) => Names.Keep(settings, runs.Take(MaxRuns));

    /// <summary>Saves the name of a new run.</summary>
    public static void Add(HostSettings settings, string run) =>
        Keep(settings, Names.Kept(settings).Where(known => known != run).Prepend(run));

    /// <summary>Returns the names, newest first; none if they are not available in time.</summary>
    public static IReadOnlyList<string> Find(HostSettings settings)
    {
        if (settings.Endpoint is null)
        {
            return Names.Kept(settings);
        }

        try
        {
            using var limit = new CancellationTokenSource(Patience);
            using var client = CalledService.ClientOf(settings);
            return [.. Task.Run(() => client.ListRunsAsync(take: MaxRuns, cancellationToken: limit.Token), limit.Token)
                .GetAwaiter()
                .GetResult().Runs.Select(static run => run.Id)];
        }
        catch (Exception exception) when (exception is MedQAException or OperationCanceledException)
        {
            // Completion has no place for messages; the command itself will report the fault.
            return [];
        }
    }
}
