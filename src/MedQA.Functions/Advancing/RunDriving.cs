using DurableTask.Core.Exceptions;
using MedQA.Pipeline.Runs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Advancing;

/// <summary>Ensures that a run has its orchestration.</summary>
internal static class RunDriving
{
    /// <summary>Starts the orchestration of a run, unless one is running.</summary>
    /// <param name="client">The orchestration client.</param>
    /// <param name="run">The run; <see langword="null"/> to do nothing.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The last activity of an orchestration that was already running; otherwise <see langword="null"/>.</returns>
    public static async Task<DateTimeOffset?> EnsureOrchestrationAsync(
        this DurableTaskClient client, RunId? run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (run is not { } driven)
        {
            return null;
        }

        if (await client.GetInstanceAsync(driven.ToString(), cancellationToken) is { IsCompleted: false } running)
        {
            return running.LastUpdatedAt;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                RunOrchestrator.Name, input: null, new StartOrchestrationOptions(driven.ToString()), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Another caller has started it meanwhile.
        }

        return null;
    }
}
