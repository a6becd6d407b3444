using MedQA.Faults.Tests.Breaking;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Storage;

namespace MedQA.Faults.Tests;

/// <summary>A deletion while everything breaks is obeyed, and leaves nothing half done.</summary>
public sealed class DeletionTests
{
    [LongFact]
    public Task A_run_that_is_deleted_while_everything_breaks_leaves_its_tombstone_and_nothing_else() =>
        Seeds.TryAllAsync("deleted", Seeds.Of(usual: 1, oneOf: 10), async (seed, cancel) =>
        {
            await using var run = await BrokenRun.StartAsync(new Disturbance { Seed = 20_000 + seed, Requests = 0.03, Acts = 8 }, cancel);
            await run.UntilAsync(summary => summary?.Totals.Done >= seed % 40, cancel);
            var breaking = run.BreakAsync(cancel);
            Assert.Equal(RequestOutcome.Accepted, await run.Control.RequestAsync(run.Run, RequestedAction.Delete, cancel));
            await run.UntilAsync(static summary => summary is null, cancel);
            await breaking;

            await run.UntilOnlyTombstoneAsync(cancel);
            Assert.Empty((await run.Reader.ListAsync(null, 10, cancel)).Runs);
            Assert.Empty(await new BatchRows(run.Storage).FromAsync(run.Run, 0, 0, cancel));
        });
}
