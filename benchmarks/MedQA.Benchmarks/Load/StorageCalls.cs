using Azure.Core;
using Azure.Core.Pipeline;

namespace MedQA.Benchmarks.Load;

/// <summary>Counts the calls to each service of a storage account, repeated ones too.</summary>
internal sealed class StorageCalls
{
    private int _blobs;
    private int _queues;
    private int _tables;

    /// <summary>Calls so far.</summary>
    public CallCount Count => new(_blobs, _queues, _tables);

    /// <summary>Puts it into a client.</summary>
    public void Configure(ClientOptions options) => options.AddPolicy(new Policy(this, options.GetType().Name), HttpPipelinePosition.PerRetry);

    private sealed class Policy(StorageCalls calls, string client) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => _ = client switch
        {
            "BlobClientOptions" => Interlocked.Increment(ref calls._blobs),
            "QueueClientOptions" => Interlocked.Increment(ref calls._queues),
            _ => Interlocked.Increment(ref calls._tables),
        };
    }
}

/// <summary>Calls to storage.</summary>
internal readonly record struct CallCount(int Blobs, int Queues, int Tables)
{
    public int All => Blobs + Queues + Tables;

    public static CallCount operator -(CallCount later, CallCount earlier) => new(later.Blobs - earlier.Blobs, later.Queues - earlier.Queues, later.Tables - earlier.Tables);
}
