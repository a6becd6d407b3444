using MedQA.Faults.Tests.Breaking;

namespace MedQA.Faults.Tests;

/// <summary>What is true of every run that has ended.</summary>
internal static class BrokenRunAssertions
{
    /// <summary>Waits for the end: every question is there once, none failed, and the report is the undisturbed run's.</summary>
    public static async Task MustBeCompleteAsync(this BrokenRun run, string report, CancellationToken cancellationToken)
    {
        var ended = await run.EndAsync(cancellationToken);
        Check(run, (RunState.Completed, BrokenRun.Questions, 0L), (ended.State, (int)ended.Totals.Done, (long)ended.Totals.Failed), "state, answers and failures");
        await run.MustHaveEveryQuestionOnceAsync(cancellationToken);
        Check(run, report, await run.ReportAsync(cancellationToken), "the report");
    }

    /// <summary>Every question has one answer among the finished batches, and one in the table.</summary>
    public static async Task MustHaveEveryQuestionOnceAsync(this BrokenRun run, CancellationToken cancellationToken)
    {
        var (blobs, rows) = await run.OrdinalsAsync(cancellationToken);
        var all = string.Join(' ', Enumerable.Range(0, BrokenRun.Questions));
        Check(run, all, string.Join(' ', blobs), "the ordinals in blobs");
        Check(run, all, string.Join(' ', rows), "the ordinals in the table");
    }

    private static void Check<T>(BrokenRun run, T expected, T actual, string what) =>
        Assert.True(EqualityComparer<T>.Default.Equals(expected, actual), $"{what} should be {expected}, and is {actual}. What happened:\n{run.Timeline}");
}
