using Azure.Core;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>Stores of tests: each has containers, queues and tables of its own in the one storage emulator.</summary>
internal static class Stores
{
    private static int _taken;

    extension(AzuriteFixture azurite)
    {
        /// <summary>A name that no other store has.</summary>
        public string NewPrefix() => $"t{Interlocked.Increment(ref _taken):d4}";

        /// <summary>Opens a store; with the same prefix, the same one again.</summary>
        public RunStorage Open(string prefix, Action<ClientOptions>? configure = null) =>
            StorageConnection.Open(azurite.ConnectionString, prefix, configure);

        /// <summary>A new, empty store.</summary>
        public async Task<RunStorage> NewAsync()
        {
            var storage = azurite.Open(azurite.NewPrefix());
            await storage.EnsureCreatedAsync(TestContext.Current.CancellationToken);
            return storage;
        }
    }
}
