using Azure.Core;
using Azure.Core.Pipeline;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>The end of a process: from the chosen call on, nothing that it asks of storage happens any more.</summary>
internal sealed class ProcessKilledException() : Exception("The process was killed.");

/// <summary>Counts the calls to storage and lets one of them go wrong.</summary>
internal sealed class StorageFaults
{
    private int _calls;

    /// <summary>Calls so far.</summary>
    public int Calls => _calls;

    /// <summary>The number, from 1, of the call after which the process is dead: storage has done it, and nobody learns of it.</summary>
    public int KillAfter { get; init; } = int.MaxValue;

    /// <summary>The number, from 1, of the call whose answer is lost on the way; the client repeats it.</summary>
    public int LoseAnswerOf { get; init; } = int.MaxValue;

    /// <summary>Whether the process is dead.</summary>
    public bool Killed => _calls >= KillAfter;

    /// <summary>Puts it into every client of a process.</summary>
    public void Configure(ClientOptions options)
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(2);
        options.AddPolicy(new Policy(this), HttpPipelinePosition.PerRetry);
    }

    private sealed class Policy(StorageFaults faults) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything is asked for without blocking.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var call = Interlocked.Increment(ref faults._calls);
            if (call > faults.KillAfter)
            {
                throw new ProcessKilledException();
            }

            await ProcessNextAsync(message, pipeline);
            if (call == faults.KillAfter)
            {
                throw new ProcessKilledException();
            }

            if (call == faults.LoseAnswerOf)
            {
                throw new IOException("The connection was reset.");
            }
        }
    }
}
