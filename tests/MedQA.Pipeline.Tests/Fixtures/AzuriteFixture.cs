using Azure.Core;
using MedQA.Cli.Azurite;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>One real storage emulator for all tests of the assembly; each test has containers, queues and tables of its own in it.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "medqa-pipeline-tests-" + Path.GetRandomFileName());
    private AzuriteServer? _server;
    private int _stores;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        _server = await AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = _folder, Ports = FreePorts.Take(), StartLimit = TimeSpan.FromMinutes(5), EndLimit = TimeSpan.FromMinutes(5) }, static _ => { }, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A name that no other store has.</summary>
    public string NewPrefix() => $"t{Interlocked.Increment(ref _stores):d4}";

    /// <summary>Opens a store; with the same prefix, the same one again.</summary>
    internal RunStorage Open(string prefix, Action<ClientOptions>? configure = null) => StorageConnection.Open(_server!.ConnectionString, prefix, configure);

    /// <summary>A new, empty store.</summary>
    internal async Task<RunStorage> NewAsync()
    {
        var storage = Open(NewPrefix());
        await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        return storage;
    }
}
