using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

public sealed class RunSignalsTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wake_up_does_what_is_due_and_names_the_run_as_long_as_it_must_be_driven_on()
    {
        var bench = new Bench(await azurite.NewAsync());
        var wakeUps = WakeUpsOf(bench);
        var run = await bench.StartAsync(3);
        await new RunControl(bench.Storage, bench.Time).WakeAsync(run, Cancel);
        var message = (await bench.Storage.AdvanceQueue.ReceiveMessageAsync(cancellationToken: Cancel)).Value.MessageText;

        Assert.Equal([run], await wakeUps.ActiveAsync(Cancel).ToListAsync(Cancel));
        Assert.Equal(run, await wakeUps.TakeAsync(message, Cancel));
        while (await bench.AnswerNextAsync(Cancel) is not null)
        {
            // The next.
        }

        Assert.Null(await wakeUps.TakeAsync(message, Cancel));
        Assert.Equal(RunState.Completed, (await bench.Reader.GetAsync(run, Cancel))!.State);
        Assert.Empty(await wakeUps.ActiveAsync(Cancel).ToListAsync(Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"v":1,"run":"../../etc"}""")]
    public async Task What_names_no_run_is_dropped(string message)
    {
        var wakeUps = WakeUpsOf(new Bench(await azurite.NewAsync()));
        Assert.Null(await wakeUps.TakeAsync(message, Cancel));
        Assert.Null(await wakeUps.TakePoisonedBatchAsync(message, Cancel));
    }

    [Fact]
    public async Task A_poisoned_batch_shows_on_its_run_until_a_worker_has_it_again()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var wakeUps = WakeUpsOf(bench);
        var run = await bench.StartAsync(2);
        Assert.Equal(run, await wakeUps.StepAsync(run, Cancel));

        // Taken by a worker that dies of it, and moved away by the host.
        var message = (await bench.Storage.BatchQueue.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        await bench.Storage.BatchQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        Assert.Equal(run, await wakeUps.TakePoisonedBatchAsync(message.MessageText, Cancel));

        var queued = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal(RunState.Queued, queued.State);
        Assert.Contains("batch 00000000", queued.Reason, StringComparison.Ordinal);
        Assert.Null(await bench.AnswerNextAsync(Cancel));

        // Nobody holds it and its message is gone: it is given out again.
        time.Advance(TimeSpan.FromMinutes(3));
        var done = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, null), (done.State, done.Reason));
    }

    [Fact]
    public async Task A_poison_message_of_a_batch_that_is_answered_only_wakes_its_run()
    {
        var bench = new Bench(await azurite.NewAsync());
        var run = await bench.StartAsync(2);
        var summary = await bench.CompleteAsync(run);
        var late = new BatchMessage { Run = run.ToString(), Batch = BatchId.First(0).ToString(), Sent = bench.Time.GetUtcNow() };

        Assert.Null(await WakeUpsOf(bench).TakePoisonedBatchAsync(late.ToText(), Cancel));
        Assert.True(string.IsNullOrEmpty(Assert.Single(await bench.RowsAsync(run)).Error));
        Assert.Equal(summary, await bench.Reader.GetAsync(run, Cancel));
    }

    private static RunSignals WakeUpsOf(Bench bench) => new(bench.Storage, bench.Advancer, NullLogger<RunSignals>.Instance);
}
