using System.Text;
using MedQA.Client;
using MedQA.Files;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;

namespace MedQA.Cli.Runs;

/// <summary>
/// The names of runs for a shell that completes a line: it waits for them at every key, and must not start an emulator. Of this machine
/// they are kept in a file of the data folder each time that runs are listed or made; a service is asked, for a moment.
/// </summary>
internal static class KnownRuns
{
    private const int MaxRuns = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Keeps the names of the runs of this machine, newest first. Where that is not possible nothing is completed, which is no reason to
    /// end.
    /// </summary>
    public static void Keep(HostSettings settings, IEnumerable<string> runs)
    {
        if (settings.Storage is not null || settings.Endpoint is not null)
        {
            return;
        }

        string[] names = [.. runs.Take(MaxRuns)];
        if (names.AsSpan().SequenceEqual(Kept(settings)))
        {
            return;
        }

        try
        {
            OutputFile.WriteAllBytes(FileOf(settings), System.Text.Encoding.UTF8.GetBytes(string.Join('\n', names)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or the folder is somebody else's.
        }
    }

    /// <summary>Keeps the name of a run that was just made.</summary>
    public static void Add(HostSettings settings, string run) => Keep(settings, Kept(settings).Where(known => known != run).Prepend(run));

    /// <summary>The names, newest first; none where they cannot be had in time.</summary>
    public static IReadOnlyList<string> Find(HostSettings settings)
    {
        if (settings.Endpoint is null)
        {
            return Kept(settings);
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
            // A shell that completes has no place for sentences: the command itself will say it.
            return [];
        }
    }

    private static string[] Kept(HostSettings settings)
    {
        try
        {
            return settings.Storage is null && RegularFile.KindOf(FileOf(settings)) == PathKind.File
                ? Encoding.UTF8.GetString(RegularFile.ReadAllBytes(FileOf(settings))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string FileOf(HostSettings settings) => Path.Combine(settings.DataFolder, "known-runs");
}
