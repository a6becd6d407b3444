using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// How far a run has come, computed from its row and the rows of the batches that may be out. Computing it twice, or from older rows,
/// counts nothing twice.
/// </summary>
internal static class RunProgress
{
    /// <summary>
    /// The run's row with the sums over what is collected and what workers report, and its cursor moved over what is collected without a
    /// gap.
    /// </summary>
    public static RunRow Of(RunRow row, IReadOnlyList<BatchRow> rows)
    {
        var retry = row.Summary.Retry;
        var (cursor, sums, count) = (row.Cursor, row.Collected, row.CollectedBatches);
        var gapless = rows.TakeWhile(static batch => batch.Collected).ToList();
        foreach (var batch in gapless)
        {
            (cursor, sums, count) = (batch.Batch.Number + 1, sums + ShareOf(batch, retry), count + 1);
        }

        var ahead = rows.Skip(gapless.Count).ToList();
        return row with
        {
            Cursor = cursor,
            Collected = sums,
            CollectedBatches = count,
            Summary = row.Summary with
            {
                FinishedBatches = count + ahead.Count(static batch => batch.Collected),
                Totals = ahead.Aggregate(sums, (sum, batch) => sum + ShareOf(batch, retry)),
            },
        };
    }

    /// <summary>
    /// The row of a run that is to stop early, or is not to after all, before the batches that count are summed up again.
    /// </summary>
    public static RunRow Stopped(RunRow row, RunManifest manifest, RunStop? stop) => row with
    {
        Cursor = 0,
        Collected = default,
        CollectedBatches = 0,
        Summary = row.Summary with
        {
            StoppedAfter = stop?.Questions,
            Batches = stop?.Batches ?? manifest.AllBatches,
            FinishedBatches = 0,
            Totals = default,
        },
    };

    /// <summary>What answers took that do not count: time, tokens and money are spent all the same.</summary>
    public static RunTotals SpentOn(IEnumerable<BatchRow> late) => late.Aggregate(
        default(RunTotals),
        static (sum, batch) => sum with
        {
            GeneratedTokens = sum.GeneratedTokens + batch.Totals.GeneratedTokens,
            Seconds = sum.Seconds + batch.Totals.Seconds,
            Requests = sum.Requests + batch.Totals.Requests,
            LostRequests = sum.LostRequests + batch.Totals.LostRequests,
            CountedPromptTokens = sum.CountedPromptTokens + batch.Totals.CountedPromptTokens,
            CountedCompletionTokens = sum.CountedCompletionTokens + batch.Totals.CountedCompletionTokens,
            Cost = sum.Cost + batch.Totals.Cost,
        });

    /// <summary>What a batch adds to the run's sums. The questions of a retry were counted as done and failed before.</summary>
    private static RunTotals ShareOf(BatchRow batch, int retry) => retry == 0
        ? batch.Totals
        : batch.Totals with { Done = 0, Failed = batch.Totals.Failed - batch.Totals.Done };

    /// <summary>The run's row with the state that its batches show.</summary>
    /// <param name="row">The row with its sums.</param>
    /// <param name="rows">The rows of the batches that may be out.</param>
    /// <param name="now">The time.</param>
    /// <param name="noWorkerAfter">How long no batch may have been taken before the run's state becomes waiting.</param>
    public static RunRow WithState(RunRow row, IReadOnlyList<BatchRow> rows, DateTimeOffset now, TimeSpan noWorkerAfter)
    {
        var summary = row.Summary;
        var begun = summary.FinishedBatches > 0
            || rows.Any(static batch => batch.State is BatchState.Running or BatchState.Finished or BatchState.Released);
        var answering = rows.Any(static batch => batch.State is BatchState.Running);
        var refused = rows.FirstOrDefault(
            static batch => batch is { State: BatchState.OtherModel or BatchState.Unavailable, Collected: false });
        var trouble =
            rows.FirstOrDefault(static batch => batch is { State: not BatchState.Finished, Collected: false, Error.Length: > 0 })?.Error;
        var (state, reason) = !answering && refused is not null ? (RunState.Waiting, refused.Error)
            : begun ? (RunState.Running, trouble)
            : now - summary.Created >= noWorkerAfter ? (RunState.Waiting, trouble
                ?? $"No worker has taken a batch yet. Start a worker with the model {summary.Model}.")
            : (RunState.Queued, trouble);
        return row with
        {
            Summary = summary with
            {
                State = state,
                Reason = reason,
                NeedsApproval = false,
                Started = summary.Started ?? (begun ? now : null)
            }
        };
    }
}
