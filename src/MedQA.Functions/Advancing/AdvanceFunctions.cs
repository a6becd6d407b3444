using MedQA.Functions.Hosting;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Advancing;

/// <summary>Advances runs: as the orchestration's activity, on wake-ups, and for runs without a running orchestration.</summary>
public sealed class AdvanceFunctions(RunAdvancer advancer, RunSignals wakeUps, RunReader reader, TimeProvider time)
{
    /// <summary>The activity's name.</summary>
    internal const string Step = "Advance";

    /// <summary>An orchestration waits half a minute at most; one without activity for this long does not drive its run.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(5);

    /// <summary>The orchestration's activity: one step of a run.</summary>
    [Function(Step)]
    public async Task<RunStep> AdvanceAsync([ActivityTrigger] string run, CancellationToken cancellationToken)
    {
        var id = RunId.Parse(run);
        var outcome = await advancer.AdvanceAsync(id, cancellationToken);
        if (outcome.IsNoticeOnly)
        {
            // Every run has an orchestration of its own, so no other run waits for a slow receiver.
            outcome = await advancer.NotifyAsync(id, cancellationToken);
        }

        return RunStep.Of(outcome, await reader.GetAsync(id, cancellationToken));
    }

    /// <summary>Handles a finished batch or a requested action.</summary>
    [Function(nameof(OnAdvance))]
    public async Task OnAdvance(
        [QueueTrigger("advance", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(await wakeUps.TakeAsync(message, cancellationToken), cancellationToken);

    /// <summary>Handles a batch message that failed repeatedly.</summary>
    [Function(nameof(OnBatchPoison))]
    public async Task OnBatchPoison(
        [QueueTrigger("question-batches-poison", Connection = DataStorage.Connection)] string message,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        await client.EnsureOrchestrationAsync(await wakeUps.TakePoisonedBatchAsync(message, cancellationToken), cancellationToken);

    /// <summary>
    /// Checks every minute for runs with work and no running orchestration, and records the length and age of the queue of batches as
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
