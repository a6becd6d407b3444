using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace MedQA.Functions.Advancing;

/// <summary>
/// Drives one run to its end: a step, a pause as long as the step says, the next step. The instance's id is the run's. It knows nothing
/// but that: what the run has come to lies in
/// storage, so an orchestration that is lost, doubled or started again loses nothing.
/// </summary>
public static class RunOrchestrator
{
    /// <summary>The orchestration's name in storage and in logs, which those that are going on have.</summary>
    internal const string Name = "ScoreRun";

    /// <summary>After so many steps the history begins anew: it stays short however long the run is.</summary>
    internal const int StepsOfAHistory = 40;

    /// <summary>
    /// The shortest pause, in whole seconds: on Azure Storage a timer of one second fires at once, and a busy run took 5 to 8 steps a
    /// second. Nothing waits for it: a batch that is finished,
    /// or a person who asks for something, wakes the run through the queue <c>advance</c>.
    /// </summary>
    internal const int ShortestPauseSeconds = 5;

    private static readonly TimeSpan AfterFault = TimeSpan.FromMinutes(1);

    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: 5,
            firstRetryInterval: TimeSpan.FromSeconds(2),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromSeconds(30)));

    /// <summary>The orchestration.</summary>
    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        for (var i = 0; i < StepsOfAHistory; i++)
        {
            var pause = AfterFault;
            try
            {
                var step = await context.CallActivityAsync<RunStep>(AdvanceFunctions.Step, context.InstanceId, Retry);
                context.SetCustomStatus(step.Progress);
                if (step.Seconds is not { } seconds)
                {
                    return;
                }

                pause = TimeSpan.FromSeconds(seconds > 0 ? Math.Max(ShortestPauseSeconds, Math.Ceiling(seconds)) : 0);
            }
            catch (TaskFailedException exception)
            {
                // The run stays where it is, and is tried again for as long as it takes: an end here would only hide it.
                context.SetCustomStatus($"The last step failed and will be retried: {exception.FailureDetails.ErrorMessage}");
            }

            if (pause > TimeSpan.Zero)
            {
                await context.CreateTimer(pause, CancellationToken.None);
            }
        }

        context.ContinueAsNew();
    }
}
