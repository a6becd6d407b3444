using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MedQA.Files;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// Opens the storage of runs. The clients ask for a version of the services that Azure and the pinned Azurite both speak.
/// </summary>
public static class StorageConnection
{
    private const BlobClientOptions.ServiceVersion BlobVersion = BlobClientOptions.ServiceVersion.V2025_11_05;
    private const QueueClientOptions.ServiceVersion QueueVersion = QueueClientOptions.ServiceVersion.V2025_11_05;

    /// <summary>Opens storage with a connection string: Azurite's, or <c>UseDevelopmentStorage=true</c>.</summary>
    /// <param name="connectionString">Names the endpoints of all three services.</param>
    /// <param name="prefix">See <see cref="RunStorage"/>.</param>
    /// <param name="configure">Changes the options of every client before it is made, for example its retries.</param>
    public static RunStorage Open(string connectionString, string prefix = "", Action<ClientOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var (blobs, queues, tables) = Options(configure);
        return new RunStorage(
            new BlobServiceClient(connectionString, blobs),
            new QueueServiceClient(connectionString, queues),
            new TableServiceClient(connectionString, tables),
            prefix);
    }

    /// <summary>Opens storage with an identity.</summary>
    /// <param name="blobService">For example <c>https://account.blob.core.windows.net</c>.</param>
    /// <param name="queueService">For example <c>https://account.queue.core.windows.net</c>.</param>
    /// <param name="tableService">For example <c>https://account.table.core.windows.net</c>.</param>
    /// <param name="credential">Who asks.</param>
    /// <param name="prefix">See <see cref="RunStorage"/>.</param>
    /// <param name="configure">Changes the options of every client before it is made.</param>
    public static RunStorage Open(
        Uri blobService,
        Uri queueService,
        Uri tableService,
        TokenCredential credential,
        string prefix = "",
        Action<ClientOptions>? configure = null)
    {
        var (blobs, queues, tables) = Options(configure);
        return new RunStorage(
            new BlobServiceClient(blobService, credential, blobs),
            new QueueServiceClient(queueService, credential, queues),
            new TableServiceClient(tableService, credential, tables),
            prefix);
    }

    /// <summary>Opens the storage of an emulator on this machine, and watches the disk that it writes to.</summary>
    /// <param name="connectionString">The emulator's.</param>
    /// <param name="volume">Where it keeps its data. Calls fail with <see cref="StorageFullException"/> where that is full.</param>
    /// <param name="beforeEach">Is asked before every try of a call.</param>
    public static RunStorage Open(string connectionString, DataVolume volume, HttpPipelinePolicy beforeEach)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return Open(connectionString, configure: options =>
        {
            options.AddPolicy(beforeEach, HttpPipelinePosition.PerRetry);
            options.AddPolicy(new FullDiskPolicy(volume), HttpPipelinePosition.PerRetry);
        });
    }

    /// <summary>
    /// Whether a fault says that the storage cannot be reached: what its client throws once it has given up, with one fault of each try.
    /// </summary>
    public static bool IsUnreachable(Exception fault) =>
        fault is AggregateException { InnerExceptions: var tries }
        && tries.All(static tried => tried is RequestFailedException or TaskCanceledException or IOException);

    private static (BlobClientOptions Blobs, QueueClientOptions Queues, TableClientOptions Tables) Options(Action<ClientOptions>? configure)
    {
        var blobs = new BlobClientOptions(BlobVersion);
        var queues = new QueueClientOptions(QueueVersion);
        var tables = new TableClientOptions();
        foreach (var options in (ClientOptions[])[blobs, queues, tables])
        {
            // Six tries over about half a minute: a restart of the storage emulator, or a throttled account, is waited out.
            options.Retry.Mode = RetryMode.Exponential;
            options.Retry.MaxRetries = 6;
            options.Retry.Delay = TimeSpan.FromMilliseconds(250);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(10);
            options.Diagnostics.IsDistributedTracingEnabled = false;
            options.AddPolicy(new RetryCounting(), HttpPipelinePosition.PerRetry);
            configure?.Invoke(options);
        }

        return (blobs, queues, tables);
    }
}
