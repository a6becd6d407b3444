using DurableTask.Core.Exceptions;
using MedQA.Pipeline.Runs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Advancing;

/// <summary>Sees to it that a run has its orchestration.</summary>
internal static class RunDriving
{
    /// <summary>Starts the orchestration of a run; one that goes on already is just as good.</summary>
    /// <param name="client">The orchestrations.</param>
    /// <param name="run">The run; <see langword="null"/> for none, and nothing happens.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>When the orchestration last did something, where it went on already; else <see langword="null"/>.</returns>
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
            // Somebody else has started it since this looked.
        }

        return null;
    }
}
