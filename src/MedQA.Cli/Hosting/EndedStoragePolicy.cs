using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MedQA.Cli.Hosting;

/// <summary>Refuses every call to a storage that has ended: to try again, or to reach what has its ports next, helps nobody.</summary>
/// <param name="ended">Is cancelled when it has ended.</param>
internal sealed class EndedStoragePolicy(CancellationToken ended) : HttpPipelineSynchronousPolicy
{
    private const int Unavailable = 503;

    /// <inheritdoc/>
    /// <exception cref="RequestFailedException">It has ended. This status is not tried again.</exception>
    public override void OnSendingRequest(HttpMessage message) => ThrowIf(null, ended);

    /// <summary>Refuses what a storage that has ended cannot do.</summary>
    /// <param name="inner">What the end was seen by.</param>
    /// <param name="ended">Is cancelled when it has ended.</param>
    public static void ThrowIf(Exception? inner, CancellationToken ended)
    {
        if (ended.IsCancellationRequested)
        {
            throw new RequestFailedException(Unavailable, "The process that keeps the storage has ended.", inner);
        }
    }
}
