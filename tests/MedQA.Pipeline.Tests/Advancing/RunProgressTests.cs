using FsCheck;
using FsCheck.Xunit;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class RunProgressTests
{
    [Property(MaxTest = 200)]
    public void In_whatever_order_and_however_often_batches_are_collected_each_counts_once(NonEmptyArray<byte> doneCounts, int seed)
    {
        var batches = doneCounts.Get.Select(static (done, number) => new BatchRow
        {
            Batch = BatchId.First(number),
            Totals = new RunTotals { Done = done, Correct = done / 2, GeneratedTokens = 10L * done },
        }).ToArray();
        var random = new Random(seed);
        var row = RowOf(batches.Length);
        foreach (var number in Enumerable.Range(0, batches.Length).OrderBy(_ => random.Next()).ToList())
        {
            batches[number] = batches[number] with { Collected = true };
            var window = batches[row.Cursor..];

            // The same step by two at once, and once more by one that was cut off.
            row = RunProgress.Of(row, window);
            Assert.Equal(row, RunProgress.Of(row, [.. batches.Skip(row.Cursor)]));
        }

        Assert.Equal((batches.Length, batches.Length), (row.Cursor, row.Summary.FinishedBatches));
        Assert.Equal(doneCounts.Get.Sum(static done => done), row.Summary.Totals.Done);
        Assert.Equal(doneCounts.Get.Sum(static done => done / 2), row.Summary.Totals.Correct);
        Assert.Equal(row.Collected, row.Summary.Totals);
    }

    [Fact]
    public void A_retry_takes_the_place_of_failures_and_adds_no_questions()
    {
        var before = RowOf(1) with { Collected = new RunTotals { Done = 10, Failed = 3, Graded = 7, Correct = 5 } };
        var retried = before with { Summary = before.Summary with { Retry = 1 } };
        var batch = new BatchRow { Batch = new BatchId(1, 0), Collected = true, Totals = new RunTotals { Done = 3, Failed = 1, Graded = 2, Correct = 1 } };

        var totals = RunProgress.Of(retried, [batch]).Summary.Totals;

        Assert.Equal(new RunTotals { Done = 10, Failed = 1, Graded = 9, Correct = 6 }, totals);
    }

    [Fact]
    public void What_workers_report_of_unfinished_batches_is_shown_and_not_kept()
    {
        var batch = new BatchRow { Batch = BatchId.First(0), State = BatchState.Running, Totals = new RunTotals { Done = 4 } };

        var row = RunProgress.Of(RowOf(2), [batch]);

        Assert.Equal((4, 0, 0), (row.Summary.Totals.Done, row.Collected.Done, row.Cursor));
        Assert.Equal(RunState.Running, RunProgress.WithState(row, [batch], DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(5)).Summary.State);
    }

    private static RunRow RowOf(int batches) => new()
    {
        Summary = new RunSummary
        {
            Run = RunId.Parse("aaaaaaaaaaaaaaaa"),
            Name = "cases.csv",
            State = RunState.Running,
            Source = "cases.csv",
            Profile = "quick",
            Model = "scripted",
            ModelFingerprint = "f",
            Created = DateTimeOffset.UnixEpoch,
            Changed = DateTimeOffset.UnixEpoch,
            Batches = batches,
        },
    };
}
