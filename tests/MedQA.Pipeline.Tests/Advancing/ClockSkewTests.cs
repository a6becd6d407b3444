using Azure.Storage.Blobs.Specialized;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>The storage's clock is right; those of the machines that drive and answer are not, or are set while they work.</summary>
public sealed class ClockSkewTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(-60, 60)]
    [InlineData(60, -60)]
    [InlineData(-2, 0)]
    [InlineData(0, 2)]
    public async Task Clocks_that_differ_by_minutes_or_hours_send_nothing_twice_and_change_no_report(int controlAhead, int workerAhead)
    {
        var storage = await azurite.NewAsync();
        var control = new Bench(storage, time: new SkewedTime(TimeSpan.FromMinutes(controlAhead)));
        var worker = new Bench(storage, control.Model, new SkewedTime(TimeSpan.FromMinutes(workerAhead)));
        var run = await control.StartAsync(4);
        await control.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(BatchOutcome.Finished, await worker.AnswerNextAsync(Cancel));
        await control.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(BatchOutcome.Finished, await worker.AnswerNextAsync(Cancel));

        var summary = await control.CompleteAsync(run);

        Assert.Equal((RunState.Completed, 4, 1), (summary.State, summary.Totals.Done, summary.Revision));
        Assert.All(await control.RowsAsync(run), static row => Assert.Equal(1, row.Sends));
        Assert.All(control.Model.Asked, static asked => Assert.Equal(1, asked.Value));
        var right = new Bench(await azurite.NewAsync());
        Assert.Equal(await right.ReportAsync((await right.CompleteAsync(await right.StartAsync(4))).Run), await control.ReportAsync(run));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-10)]
    [InlineData(10)]
    [InlineData(60)]
    public async Task A_lease_decides_whether_a_worker_is_gone_however_far_the_clock_is_off_from_the_storage(int ahead)
    {
        var time = new SkewedTime(TimeSpan.FromMinutes(ahead));
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Storage.BatchQueue.ClearMessagesAsync(Cancel);
        var progress = bench.Storage.Progress(run, BatchId.First(0)).Client;
        await progress.CreateAsync(cancellationToken: Cancel);
        var lease = progress.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(-1), cancellationToken: Cancel);
        var row = Assert.Single(await bench.RowsAsync(run));
        await new BatchRows(bench.Storage).NoteWorkAsync(run, row with { State = BatchState.Running, Heard = row.Sent, Worker = "other", Attempt = 1 }, Cancel);
        time.Ahead += TimeSpan.FromMinutes(3);

        await bench.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(1, Assert.Single(await bench.RowsAsync(run)).Sends);
        await lease.BreakAsync(TimeSpan.Zero, cancellationToken: Cancel);
        await bench.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(2, Assert.Single(await bench.RowsAsync(run)).Sends);
    }

    [Fact]
    public async Task A_message_lost_by_a_process_whose_clock_is_ahead_is_sent_again_by_one_whose_clock_is_right()
    {
        var storage = await azurite.NewAsync();
        var ahead = new Bench(storage, time: new SkewedTime(Hour));
        var run = await ahead.StartAsync(2);
        await ahead.Advancer.AdvanceAsync(run, Cancel);
        var right = new Bench(storage, ahead.Model);

        await right.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(1, Assert.Single(await right.RowsAsync(run)).Sends);
        await storage.BatchQueue.ClearMessagesAsync(Cancel);
        await right.Advancer.AdvanceAsync(run, Cancel);

        Assert.Equal(2, Assert.Single(await right.RowsAsync(run)).Sends);
        Assert.Equal(RunState.Completed, (await right.CompleteAsync(run)).State);
    }

    [Fact]
    public async Task Answers_that_a_worker_did_not_tell_of_are_found_by_a_process_whose_clock_is_behind_the_one_that_sent()
    {
        var storage = await azurite.NewAsync();
        var ahead = new Bench(storage, time: new SkewedTime(2 * Hour));
        var run = await ahead.StartAsync(2);
        await ahead.Advancer.AdvanceAsync(run, Cancel);
        Assert.Equal(BatchOutcome.Finished, await ahead.AnswerNextAsync(Cancel));

        // It died between the answers and the word.
        var row = Assert.Single(await ahead.RowsAsync(run));
        await new BatchRows(storage).NoteWorkAsync(run, row with { State = BatchState.Running }, Cancel);
        var behind = new Bench(storage, ahead.Model, new SkewedTime(-Hour));
        await behind.Advancer.AdvanceAsync(run, Cancel);

        Assert.True(Assert.Single(await behind.RowsAsync(run)).Collected);
        Assert.All(ahead.Model.Asked, static asked => Assert.Equal(1, asked.Value));
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public async Task A_worker_whose_clock_is_set_while_it_answers_keeps_its_lease(int minutes)
    {
        var time = new SkewedTime(TimeSpan.Zero);
        var bench = new Bench(await azurite.NewAsync(), time: time, worker: new WorkerOptions { Name = "one", Lease = TimeSpan.FromSeconds(60), Renew = TimeSpan.FromMilliseconds(200) });
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        bench.Model.Before = async (_, cancellationToken) =>
        {
            time.Ahead += TimeSpan.FromMinutes(minutes);
            var before = Assert.Single(await bench.RowsAsync(run)).Timestamp;
            while (Assert.Single(await bench.RowsAsync(run)).Timestamp == before)
            {
                // Each renewal writes the row: looked at from outside, as the control side does.
                await Task.Delay(20, cancellationToken);
            }
        };

        Assert.Equal(BatchOutcome.Finished, await bench.AnswerNextAsync(Cancel));

        Assert.Equal(2, bench.Model.Asked.Count);
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(1, asked.Value));
    }

    [Fact]
    public async Task Runs_go_on_at_once_where_the_clock_of_who_drives_them_is_set_back()
    {
        var storage = await azurite.NewAsync();
        var (control, worker) = (new SkewedTime(Hour), new SkewedTime(-Hour));
        var signals = new PipelineSignals();
        var bench = new Bench(storage, time: control);
        var loop = new RunLoop(storage, bench.Advancer, bench.Splitter, control, NullLogger<RunLoop>.Instance, signals);
        var reader = new BatchQueueReader(storage, new BatchWorker(storage, bench.Model, new WorkerOptions(), worker, NullLogger<BatchWorker>.Instance, signals), worker, NullLogger<BatchQueueReader>.Instance, signals);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stopping.CancelAfter(TimeSpan.FromMinutes(2));
        var running = Task.WhenAll(loop.RunAsync(stopping.Token), reader.RunAsync(stopping.Token));
        foreach (var name in (string[])["first.csv", "second.csv"])
        {
            await bench.UploadAsync(name, Bench.Csv(3));
            while (!(await bench.Reader.ListAsync(null, 10, Cancel)).Runs.Any(run => run.Name == name && run.State == RunState.Completed))
            {
                // Looked at from outside, as a person does.
                Assert.False(running.IsCompleted, $"{name} is not answered.");
                await Task.Delay(100, Cancel);
            }

            control.Ahead -= 2 * Hour;
            worker.Ahead += 2 * Hour;
        }

        await stopping.CancelAsync();
        await running;
        Assert.All(bench.Model.Asked, static asked => Assert.Equal(2, asked.Value));
    }
}
