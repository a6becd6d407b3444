using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace MedQA.Functions.Advancing;

/// <summary>
/// Drives one run to its end: a step, the delay that the step requests, the next step. The instance's id is the run's. It has no other
/// state: the run's is in
/// storage, so losing, duplicating or restarting an orchestration loses nothing.
/// </summary>
public static class RunOrchestrator
{
    /// <summary>The orchestration's name in storage and logs, used by running instances.</summary>
    internal const string Name = "ScoreRun";

    /// <summary>The number of steps after which it continues as new, so that the history stays short for long runs.</summary>
    internal const int StepsOfAHistory = 40;

    /// <summary>
    /// The minimum delay, in whole seconds: on Azure Storage a timer of one second fires at once, and a busy run took 5 to 8 steps a
    /// second. Nothing waits for it: a finished batch
    /// or a requested action wakes the run through the queue <c>advance</c>.
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
                // The run keeps its state and is retried indefinitely, because ending here would only hide the failure.
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
