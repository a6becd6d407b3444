using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>A process that works on the runs of a storage now.</summary>
/// <param name="Drives">Whether it advances runs; else it only answers questions.</param>
/// <param name="Model">The fingerprint of the model that it answers with.</param>
public sealed record RunAttendant(bool Drives, string Model);

/// <summary>
/// Knows which processes work on the runs of a storage. Not available in Azure, where workers start on demand and a run cannot be
/// known to be paused.
/// </summary>
public interface IRunAttendance
{
    /// <summary>
    /// Returns the processes that are currently working, excluding ones that have ended or are stalled.
    /// </summary>
    IReadOnlyList<RunAttendant> Present();
}

/// <summary>
/// Whether a run is paused: it has not ended, and no process works on it. This is not stored, so it cannot become stale.
/// </summary>
internal static class RunPause
{
    /// <summary>A worker reports with each renewal, every 20 s: a row that is younger than this speaks of a worker that lives.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(45);

    /// <summary>Whether no process works on a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="present">Who is at work.</param>
    /// <param name="isAnswered">Whether a worker is seen to answer a batch of the run; asked only where workers are all there is.</param>
    public static async ValueTask<bool> IsPausedAsync(RunSummary run, IReadOnlyList<RunAttendant> present, Func<Task<bool>> isAnswered)
    {
        // A run that waits for approval says so itself.
        if (run.State is not (RunState.Queued or RunState.Running or RunState.Waiting) || run.NeedsApproval)
        {
            return false;
        }

        var suited = present.Where(attendant => attendant.Model == run.ModelFingerprint).ToList();
        return present.Any(static attendant => attendant.Drives)
            ? suited.Count == 0 && run.State != RunState.Waiting
            : suited.Count == 0 || !await isAnswered();
    }

    /// <summary>Whether a worker has reported lately that it answers one of these batches.</summary>
    public static bool IsAnswered(IEnumerable<BatchRow> rows, DateTimeOffset now) =>
        rows.Any(row => row is { State: BatchState.Running, Collected: false } && (now - row.Timestamp).Duration() < Fresh);
}
