using MedQA.Functions.Hosting;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Advancing;

/// <summary>The steps of runs: as the orchestration's activity, on wake-ups, and for runs that nobody drives.</summary>
public sealed class AdvanceFunctions(RunAdvancer advancer, RunSignals wakeUps, RunReader reader, TimeProvider time)
{
    /// <summary>The activity's name.</summary>
    internal const string Step = "Advance";

    /// <summary>An orchestration pauses half a minute at most: one that has done nothing for this long does not drive its run.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(5);

    /// <summary>The orchestration's activity: one step of a run.</summary>
    [Function(Step)]
    public async Task<RunStep> AdvanceAsync([ActivityTrigger] string run, CancellationToken cancellationToken)
    {
        var id = RunId.Parse(run);
        var outcome = await advancer.AdvanceAsync(id, cancellationToken);
        return RunStep.Of(outcome, await reader.GetAsync(id, cancellationToken));
    }

    /// <summary>A batch has ended, or somebody has asked for something.</summary>
    [Function(nameof(OnAdvance))]
    public async Task OnAdvance(
        [QueueTrigger("advance", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(await wakeUps.TakeAsync(message, cancellationToken), cancellationToken);

    /// <summary>A message for a batch was taken too often and never completed.</summary>
    [Function(nameof(OnBatchPoison))]
    public async Task OnBatchPoison(
        [QueueTrigger("question-batches-poison", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(await wakeUps.TakePoisonedBatchAsync(message, cancellationToken), cancellationToken);

    /// <summary>
    /// Looks every minute for runs that have something to do and that nobody drives, and at the queue of batches: its length and age are
    /// metrics.
    /// </summary>
    [Function(nameof(OnTimer))]
    public async Task OnTimer(
        [TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        await foreach (var run in wakeUps.ActiveAsync(cancellationToken))
        {
            if (await client.EnsureOrchestrationAsync(run, cancellationToken) is { } last && time.GetUtcNow() - last > Stuck)
            {
                await wakeUps.StepAsync(run, cancellationToken);
            }
        }

        await reader.GetQueueAsync(time.GetUtcNow(), cancellationToken);
    }
}
