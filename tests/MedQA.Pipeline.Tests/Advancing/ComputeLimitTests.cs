using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>The limit on hours of workers: 3.6 seconds here, with questions that take two each.</summary>
public sealed class ComputeLimitTests(AzuriteFixture azurite)
{
    private static readonly AdvanceOptions Limited = new() { MaxComputeHours = 0.001 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_above_the_limit_gives_nothing_out_until_it_is_approved_and_what_it_has_answered_is_there()
    {
        var bench = await BenchAsync(batchSize: 2);
        var run = await bench.StartAsync(6);
        Assert.Equal(RunState.Queued, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Equal(BatchOutcome.Finished, await bench.AnswerNextAsync(Cancel));

        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        var waiting = (await bench.Reader.GetAsync(run, Cancel))!;
        Assert.Equal((true, false, 2), (waiting.NeedsApproval, waiting.Approved, waiting.Totals.Done));
        Assert.Equal("Workers have spent 0.0011 hours on 2 of 6 questions; more than 0.001 need approval.", waiting.Reason);
        Assert.Equal(2, (await bench.Reader.AnswersAsync(run, null, 10, AnswerFilter.All, Cancel)).Answers.Count);

        // The messages that are out already come to nothing, and none is sent again.
        Assert.Equal(BatchOutcome.NotWanted, await bench.AnswerNextAsync(Cancel));
        Assert.Equal(BatchOutcome.NotWanted, await bench.AnswerNextAsync(Cancel));
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        Assert.Null(await bench.AnswerNextAsync(Cancel));

        Assert.Equal(RequestOutcome.Accepted, await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel));
        var ended = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Completed, 6, false, true), (ended.State, ended.Totals.Done, ended.NeedsApproval, ended.Approved));
        Assert.All(bench.Model.Asked.Values, static times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_worker_in_the_middle_of_a_batch_stops_when_it_next_reports_and_keeps_what_it_has()
    {
        var bench = await BenchAsync(batchSize: 6, new WorkerOptions { Report = TimeSpan.Zero });
        var run = await bench.StartAsync(6);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        var slow = bench.Model.Before;
        bench.Model.Before = async (text, cancel) =>
        {
            await slow(text, cancel);
            await bench.Advancer.AdvanceAsync(run, cancel);
        };

        Assert.Equal(BatchOutcome.NotWanted, await bench.AnswerNextAsync(Cancel));

        // Two questions bring it above the limit, which is seen in the third.
        Assert.Equal(3, bench.Model.Asked.Count);
        bench.Model.Before = slow;
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Approve, Cancel);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(run)).State);
        Assert.Equal(6, bench.Model.Asked.Values.Sum());
    }

    [Fact]
    public async Task A_run_that_ends_above_the_limit_has_ended_and_a_waiting_one_can_be_cancelled()
    {
        var bench = await BenchAsync(batchSize: 2);
        Assert.Equal(RunState.Completed, (await bench.CompleteAsync(await bench.StartAsync(2))).State);

        var run = await bench.StartAsync(4, "more.csv");
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.AnswerNextAsync(Cancel);
        Assert.Equal(RunState.Waiting, (await bench.Advancer.AdvanceAsync(run, Cancel)).State);
        await new RunControl(bench.Storage, bench.Time).RequestAsync(run, RequestedAction.Cancel, Cancel);
        var cancelled = await bench.CompleteAsync(run);
        Assert.Equal((RunState.Cancelled, 2, false), (cancelled.State, cancelled.Totals.Done, cancelled.NeedsApproval));
    }

    private async Task<Bench> BenchAsync(int batchSize, WorkerOptions? worker = null)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var bench = new Bench(await azurite.NewAsync(), time: time, split: new SplitOptions { DefaultProfile = "quick", BatchSize = batchSize }, worker: worker, advance: Limited);
        bench.Model.Before = (_, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        };
        return bench;
    }
}
