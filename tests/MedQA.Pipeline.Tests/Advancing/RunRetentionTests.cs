using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class RunRetentionTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_old_run_goes_as_a_deleted_one_does_and_its_upload_does_not_revive_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var etag = await bench.UploadAsync("cases.csv", Bench.Csv(2));
        var old = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        await bench.CompleteAsync(old);
        var unfinished = await bench.StartAsync(2, "unfinished.csv");
        var retention = new RunRetention(bench.Storage, new RetentionOptions { RunDays = 30 }, time, NullLogger<RunRetention>.Instance);

        time.Advance(TimeSpan.FromDays(29));
        Assert.Equal((0, 0), await retention.SweepAsync(Cancel));
        var young = await bench.StartAsync(2, "young.csv");
        await bench.CompleteAsync(young);
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal((1, 0), await retention.SweepAsync(Cancel));

        Assert.Equal(RequestedAction.Delete, (await bench.Reader.GetAsync(old, Cancel))!.Requested);
        Assert.NotEmpty((await bench.Storage.AdvanceQueue.ReceiveMessagesAsync(32, cancellationToken: Cancel)).Value);
        Assert.Equal((0, 0), await retention.SweepAsync(Cancel));
        await bench.GoneAsync(old);

        Assert.Null(await bench.Reader.GetAsync(old, Cancel));
        Assert.Contains("deleted", await bench.TextAsync(old, "manifest.json"), StringComparison.Ordinal);
        Assert.Null(await bench.TextAsync(old, "report.json"));
        Assert.True(await bench.Storage.QuestionSets.GetBlobClient("cases.csv").ExistsAsync(Cancel));
        Assert.Equal(SplitResult.Deleted, (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Result);
        Assert.Equal(RunState.Completed, (await bench.Reader.GetAsync(young, Cancel))!.State);
        Assert.Equal(RunState.Queued, (await bench.Reader.GetAsync(unfinished, Cancel))!.State);
    }

    [Fact]
    public async Task A_run_with_which_something_was_done_lately_is_not_old()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        bench.Model.Before = static (text, _) => text.Contains("case 1?", StringComparison.Ordinal) ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var run = await bench.StartAsync(2);
        Assert.Equal(RunState.CompletedWithFailures, (await bench.CompleteAsync(run)).State);
        time.Advance(TimeSpan.FromDays(31));
        await new RunControl(bench.Storage, time).RequestAsync(run, RequestedAction.Retry, Cancel);

        Assert.Equal((0, 0), await new RunRetention(bench.Storage, new RetentionOptions { RunDays = 30 }, time, NullLogger<RunRetention>.Instance).SweepAsync(Cancel));
        Assert.Equal(RequestedAction.Retry, (await bench.Reader.GetAsync(run, Cancel))!.Requested);
    }

    [Fact]
    public async Task Old_uploads_go_only_where_that_is_asked_for_and_their_runs_stay()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.CompleteAsync(run);
        var retention = new RunRetention(bench.Storage, new RetentionOptions { UploadDays = 7 }, time, NullLogger<RunRetention>.Instance);
        time.Advance(TimeSpan.FromDays(6));
        Assert.Equal((0, 0), await retention.SweepAsync(Cancel));
        time.Advance(TimeSpan.FromDays(2));
        Assert.Equal((0, 1), await retention.SweepAsync(Cancel));
        Assert.False(await bench.Storage.QuestionSets.GetBlobClient("cases.csv").ExistsAsync(Cancel));
        Assert.Equal(RunState.Completed, (await bench.Reader.GetAsync(run, Cancel))!.State);
    }

    [Fact]
    public async Task The_loop_of_one_machine_looks_by_itself()
    {
        var storage = await azurite.NewAsync();
        var bench = new Bench(storage);
        var run = await bench.StartAsync(2);
        await bench.CompleteAsync(run);
        var later = new SkewedTime(TimeSpan.FromDays(31));
        var retention = new RunRetention(storage, new RetentionOptions { RunDays = 30 }, later, NullLogger<RunRetention>.Instance);
        var loop = new RunLoop(storage, new RunAdvancer(storage, new AdvanceOptions(), later, NullLogger<RunAdvancer>.Instance), splitter: null, later, NullLogger<RunLoop>.Instance, retention: retention);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        stopping.CancelAfter(TimeSpan.FromMinutes(1));
        var running = loop.RunAsync(stopping.Token);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!stopping.IsCancellationRequested && await bench.Reader.GetAsync(run, Cancel) is not null)
        {
            // Looked at from outside, as a person does.
            await timer.WaitForNextTickAsync(Cancel);
        }

        await stopping.CancelAsync();
        await running;
        Assert.Null(await bench.Reader.GetAsync(run, Cancel));
    }

    [Theory]
    [InlineData(0, null, "RunDays")]
    [InlineData(null, -1, "UploadDays")]
    public async Task Days_that_cannot_be_are_refused_by_name(int? runs, int? uploads, string setting)
    {
        var storage = await azurite.NewAsync();
        var options = new RetentionOptions { RunDays = runs, UploadDays = uploads };
        Assert.Contains(setting, Assert.Throws<ArgumentException>(() => new RunRetention(storage, options, TimeProvider.System, NullLogger<RunRetention>.Instance)).Message, StringComparison.Ordinal);
    }
}
