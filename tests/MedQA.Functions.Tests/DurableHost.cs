using Microsoft.DurableTask;
using Microsoft.DurableTask.Testing;

namespace MedQA.Functions.Tests;

/// <summary>Orchestrations in this process.</summary>
internal static class DurableHost
{
    /// <summary>Starts them on a port of their own; the test host's own choice of one can be taken.</summary>
    public static async Task<DurableTaskTestHost> StartAsync(Action<DurableTaskRegistry> register)
    {
        while (true)
        {
            try
            {
                return await DurableTaskTestHost.StartAsync(register, new DurableTaskTestHostOptions { Port = FreePorts.Take().Blob }, TestContext.Current.CancellationToken);
            }
            catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
            {
                // Another test, or another process, was quicker.
            }
        }
    }
}
