using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Functions.EndToEnd.Tests;

/// <summary>Clients of the Durable extension at the address that it gives to isolated workers.</summary>
public sealed class DurableClients : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, DurableTaskClient> _clients = new();

    /// <summary>The only client that a function has asked for.</summary>
    public DurableTaskClient Only => Assert.Single(_clients.Values);

    /// <summary>The client for what a <c>[DurableClient]</c> binding gave.</summary>
    public DurableTaskClient Of(string binding)
    {
        using var given = JsonDocument.Parse(binding);
        return _clients.GetOrAdd(given.RootElement.GetProperty("rpcBaseUrl").GetString()!, static address =>
            new GrpcDurableTaskClient(nameof(EndToEnd), new GrpcDurableTaskClientOptions { Address = address }, NullLogger.Instance));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }
}
