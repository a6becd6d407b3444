using MedQA.Faults.Tests.Breaking;
using MedQA.Pipeline.Advancing;

namespace MedQA.Faults.Tests;

/// <summary>A cancellation while everything breaks is obeyed, and what it leaves can be taken up again.</summary>
public sealed class CancellationTests(Undisturbed undisturbed)
{
    [LongFact]
    public Task A_run_that_is_cancelled_and_taken_up_again_while_everything_breaks_ends_as_an_undisturbed_one() =>
        Seeds.TryAllAsync("cancelled and taken up again", Seeds.Of(usual: 1, oneOf: 10), async (seed, cancel) =>
        {
            await using var run = await BrokenRun.StartAsync(new Disturbance { Seed = 10_000 + seed, Requests = 0.03, Acts = 8 }, cancel);
            await run.UntilAsync(summary => summary?.Totals.Done >= seed % 40, cancel);
            var breaking = run.BreakAsync(cancel);
            if (await run.Control.RequestAsync(run.Run, RequestedAction.Cancel, cancel) == RequestOutcome.Accepted)
            {
                var cancelled = await run.EndAsync(cancel);
                if (cancelled.State == RunState.Cancelled)
                {
                    Assert.Equal(RequestOutcome.Accepted, await run.Control.RequestAsync(run.Run, RequestedAction.Retry, cancel));
                    await run.UntilAsync(static summary => summary is { Requested: RequestedAction.None } && (!summary.State.IsFinal() || summary.State == RunState.Completed), cancel);
                }
            }

            await breaking;
            await run.MustBeCompleteAsync(undisturbed.Report, cancel);
        });
}
