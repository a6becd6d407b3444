using Azure;
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

    /// <summary>Whether only calls that change something count; the others go on as long as the process lives.</summary>
    public bool WritesOnly { get; init; }

    /// <summary>The number, from 1, of the call whose answer is lost on the way; the client repeats it.</summary>
    public int LoseAnswerOf { get; init; } = int.MaxValue;

    /// <summary>The calls that find nobody, as in an outage: from the first number, from 1, up to but not including the second.</summary>
    public (int From, int To) Outage { get; init; }

    /// <summary>The calls that storage itself refuses, each time, with status 500: by their method and address.</summary>
    public Func<RequestMethod, Uri, bool> Refuses { get; init; } = static (_, _) => false;

    /// <summary>The share of calls whose connection breaks, before storage has seen them or after.</summary>
    public double Breaks { get; init; }

    /// <summary>Decides which calls break.</summary>
    public Random Chance { get; init; } = new(0);

    /// <summary>What another process does in front of a call, whose number, from 1, is given; the call waits for it.</summary>
    public Func<int, Task> Before { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Whether the process is dead.</summary>
    public bool Killed => _calls >= KillAfter;

    /// <summary>Puts it into every client of a process.</summary>
    public void Configure(ClientOptions options)
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(2);
        options.AddPolicy(new Policy(this), HttpPipelinePosition.PerRetry);
    }

    private double Draw()
    {
        lock (Chance)
        {
            return Chance.NextDouble();
        }
    }

    private static bool IsRead(RequestMethod method) => method == RequestMethod.Get || method == RequestMethod.Head;

    private sealed class Policy(StorageFaults faults) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything is asked for without blocking.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (faults.Refuses(message.Request.Method, message.Request.Uri.ToUri()))
            {
                throw new RequestFailedException(500, "Storage refuses.");
            }

            if (faults is { WritesOnly: true, Killed: false } && IsRead(message.Request.Method))
            {
                await ProcessNextAsync(message, pipeline);
                return;
            }

            var call = Interlocked.Increment(ref faults._calls);
            if (call > faults.KillAfter)
            {
                throw new ProcessKilledException();
            }

            await faults.Before(call);
            var draw = faults.Draw();
            if ((call >= faults.Outage.From && call < faults.Outage.To) || draw < faults.Breaks / 2)
            {
                throw new IOException("The connection was refused.");
            }

            await ProcessNextAsync(message, pipeline);
            if (call == faults.KillAfter)
            {
                throw new ProcessKilledException();
            }

            if (call == faults.LoseAnswerOf || draw > 1 - (faults.Breaks / 2))
            {
                throw new IOException("The connection was reset.");
            }
        }
    }
}
