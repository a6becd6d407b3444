using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs.Specialized;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>
/// How long a batch rests when its worker in Azure dies just after it has renewed its lease. The seconds are those of a clock that the
/// tests set.
/// </summary>
public sealed class LostWorkerTests(AzuriteFixture azurite)
{
    /// <summary>The queue extension takes a message for so long, and prolongs that while its function runs.</summary>
    private const int TakenSeconds = 600;

    /// <summary>The shortest pause of the orchestration.</summary>
    private const int ShortestPauseSeconds = 5;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_whose_worker_process_died_is_answered_again_within_75_seconds()
    {
        using var host = JsonDocument.Parse(
            await File.ReadAllTextAsync(Repository.PathOf("src", "MedQA.Functions.Inference", "host.json"), Cancel));
        var queues = host.RootElement.GetProperty("extensions").GetProperty("queues");
        int SecondsOf(string setting) =>
            (int)TimeSpan.Parse(queues.GetProperty(setting).GetString()!, CultureInfo.InvariantCulture).TotalSeconds;

        // The host sees the process die, and gives the message back; an idle worker looks for messages now and then.
        var rest = await RestAsync(SecondsOf("visibilityTimeout")) + SecondsOf("maxPollingInterval");
        Assert.InRange(rest, (int)new WorkerOptions().Lease.TotalSeconds, 75);
    }

    [Fact]
    public async Task A_message_that_comes_back_before_the_lease_has_ended_would_leave_the_batch_until_it_is_sent_again() =>
        Assert.InRange(await RestAsync(10), 115, 150);

    [Fact]
    public async Task A_batch_whose_whole_replica_died_is_sent_again_within_two_and_a_half_minutes() =>
        Assert.InRange(await RestAsync(TakenSeconds), 60, 150);

    /// <summary>The seconds from a worker's death to the first answer of another.</summary>
    /// <param name="messageBack">The seconds after which the dead worker's message can be taken again.</param>
    private async Task<int> RestAsync(int messageBack)
    {
        var time = new SkewedTime(TimeSpan.Zero);
        var bench = new Bench(await azurite.NewAsync(), time: time);
        var run = await bench.StartAsync(2);
        await bench.Advancer.AdvanceAsync(run, Cancel);
        await bench.Storage.BatchQueue.ClearMessagesAsync(Cancel);
        var batch = BatchId.First(0);
        var message = new BatchMessage { Run = run.ToString(), Batch = batch.ToString(), Sent = time.GetUtcNow() };
        var progress = bench.Storage.Progress(run, batch).Client;
        await progress.CreateAsync(cancellationToken: Cancel);
        var lease = progress.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(-1), cancellationToken: Cancel);
        var row = Assert.Single(await bench.RowsAsync(run));
        var working = row with { State = BatchState.Running, Heard = row.Sent, Worker = "dead", Attempt = 1 };
        await new BatchRows(bench.Storage).NoteWorkAsync(run, working, Cancel);

        var due = 0;
        for (var second = 0; second < TakenSeconds; second++)
        {
            time.Ahead = TimeSpan.FromSeconds(second);
            if (second == (int)new WorkerOptions().Lease.TotalSeconds)
            {
                await lease.BreakAsync(TimeSpan.Zero, cancellationToken: Cancel);
            }

            if (second == messageBack && await bench.Worker.AnswerAsync(message, Cancel) == BatchOutcome.Finished)
            {
                return second;
            }

            if (second < due)
            {
                continue;
            }

            var outcome = await bench.Advancer.AdvanceAsync(run, Cancel);
            due = second + Math.Max(ShortestPauseSeconds, (int)Math.Ceiling(outcome.ComeBackIn!.Value.TotalSeconds));
            if (await bench.AnswerNextAsync() == BatchOutcome.Finished)
            {
                return second;
            }
        }

        throw new InvalidOperationException("Nobody has answered the batch.");
    }
}
