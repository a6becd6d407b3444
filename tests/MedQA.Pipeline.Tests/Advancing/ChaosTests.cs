using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Azure;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;

namespace MedQA.Pipeline.Tests.Advancing;

/// <summary>Three processes over one run, each killed again and again, with broken connections, outages, repeated upload events and duplicated messages; all of it by a seed.</summary>
public sealed class ChaosTests(AzuriteFixture azurite)
{
    private const int Questions = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_breaks_the_run_ends_with_every_question_once_and_the_report_of_an_undisturbed_one(int seed)
    {
        var quiet = new Bench(await azurite.NewAsync());
        var expected = await quiet.ReportAsync((await quiet.CompleteAsync(await quiet.StartAsync(Questions))).Run);
        var prefix = azurite.NewPrefix();
        var storage = azurite.Open(prefix);
        await storage.EnsureCreatedAsync(Cancel);
        var model = new ScriptedModel();
        var etag = await new Bench(storage).UploadAsync("cases.csv", Bench.Csv(Questions));

        var kills = await Task.WhenAll(Enumerable.Range(0, 3).Select(process => Task.Run(() => LiveAsync(prefix, model, etag, seed, process), Cancel)));

        var reader = new RunReader(storage);
        var summary = Assert.Single((await reader.ListAsync(null, 10, Cancel)).Runs);
        Assert.Equal((RunState.Completed, Questions, 1), (summary.State, summary.Totals.Done, summary.Revision));
        Assert.Equal(expected, await new Bench(storage).ReportAsync(summary.Run));
        Assert.Equal(Enumerable.Range(0, Questions), (await reader.AnswersAsync(summary.Run, null, 100, AnswerFilter.All, Cancel)).Answers.Select(static answer => answer.Ordinal));

        // A question is asked again only where a process died with its answer in hand.
        Assert.InRange(model.Asked.Values.Sum(), Questions, Questions + kills.Sum());
    }

    /// <summary>The lives of one process, from kill to kill, until the run is done.</summary>
    /// <returns>How often it was killed.</returns>
    private async Task<int> LiveAsync(string prefix, ScriptedModel model, ETag etag, int seed, int process)
    {
        var random = new Random((seed * 10) + process);
        var name = $"process {process}";
        var identity = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {process}")).AsSpan(0, 16));
        var clock = Stopwatch.StartNew();
        for (var kills = 0; ; kills++)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(4), "The run does not end.");
            var outage = random.Next(10, 200);
            var faults = new StorageFaults { KillAfter = random.Next(15, 150), Breaks = 0.06, Chance = new Random(random.Next()), Outage = (outage, outage + 15) };
            var bench = new Bench(
                azurite.Open(prefix, faults.Configure), model, worker: new WorkerOptions { Name = name, Identity = identity }, advance: new AdvanceOptions { OwnWorker = name });
            while (!faults.Killed)
            {
                try
                {
                    if (await StepAsync(bench, etag, random))
                    {
                        return kills;
                    }
                }
                catch (Exception exception) when (exception is RequestFailedException or AggregateException or ProcessKilledException)
                {
                    // An outage: the host tries again. A kill: the loop ends.
                }
            }
        }
    }

    private static async Task<bool> StepAsync(Bench bench, ETag etag, Random random)
    {
        var run = (await bench.Splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        if ((await bench.Advancer.AdvanceAsync(run, Cancel)).IsDone)
        {
            return true;
        }

        if (random.Next(4) == 0)
        {
            await bench.Storage.BatchQueue.SendMessageAsync(
                new BatchMessage { Run = run.ToString(), Batch = BatchId.First(random.Next(Questions / 2)).ToString() }.ToText(), Cancel);
        }

        await bench.AnswerNextAsync(CancellationToken.None);
        return false;
    }
}
