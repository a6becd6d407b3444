using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MedQA.Cli.Hosting;

/// <summary>Fails every call to a storage that has ended, to avoid retries and calls to the next user of its ports.</summary>
/// <param name="ended">Cancelled when the storage ends.</param>
internal sealed class EndedStoragePolicy(CancellationToken ended) : HttpPipelineSynchronousPolicy
{
    private const int Unavailable = 503;

    /// <inheritdoc/>
    /// <exception cref="RequestFailedException">The storage has ended. This status is not retried.</exception>
    public override void OnSendingRequest(HttpMessage message) => ThrowIf(null, ended);

    /// <summary>Creates the exception of a storage that has ended.</summary>
    /// <param name="inner">The exception that revealed the end.</param>
    /// <param name="ended">Cancelled when the storage ends.</param>
    public static void ThrowIf(Exception? inner, CancellationToken ended)
    {
        if (ended.IsCancellationRequested)
        {
            throw new RequestFailedException(Unavailable, "The storage process has ended.", inner);
        }
    }
}
