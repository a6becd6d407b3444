using System.Text;
using MedQA.Endpoints;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tests.Fixtures;
using MedQA.Testing.Loopback;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>Whole runs of a model behind a server with faults: every question is answered once, and the cost is what the server counted.</summary>
public sealed class FaultyServiceTests(AzuriteFixture azurite)
{
    private const decimal Input = 3;
    private const decimal Output = 15;
    private const int Questions = 40;

    private static readonly ChatFault[] Passing =
    [
        ChatFault.TooManyRequests, ChatFault.TooManyRequestsForSeconds, ChatFault.TooManyRequestsUntilDate, ChatFault.RequestTimeout,
        ChatFault.InternalError, ChatFault.BadGateway, ChatFault.Unavailable, ChatFault.GatewayTimeout, ChatFault.Overloaded, ChatFault.Silence,
        ChatFault.CutBeforeAnswer, ChatFault.CutInAnswer, ChatFault.NoUsage, ChatFault.NoChoices, ChatFault.FewerChoices, ChatFault.MalformedJson,
        ChatFault.ProxyPage,
    ];

    private readonly Dictionary<bool, Ended> _quiet = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task A_run_of_forty_questions_is_answered_once_whatever_the_service_does(int seed) => AnswerAllAsync(seed);

    [LongFact]
    public async Task A_hundred_seeds_of_faults_change_neither_answers_nor_cost()
    {
        await QuietAsync(takesN: false);
        await QuietAsync(takesN: true);

        // Most of a run is waiting for timeouts and pauses.
        await Parallel.ForEachAsync(
            Enumerable.Range(100, 100), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Cancel }, async (seed, _) => await AnswerAllAsync(seed));
    }

    private async Task AnswerAllAsync(int seed)
    {
        var takesN = seed % 2 == 0;
        var script = new LoopbackChatScript { FaultOf = LoopbackChatScript.Seeded(seed, 0.3, 2, Passing), TakesN = takesN };
        await using var server = LoopbackChatServer.Start(script);
        var (faulty, quiet) = (await RunAsync(server, takesN), await QuietAsync(takesN));

        Assert.Equal((RunState.Completed, Questions, 0, 0), (faulty.Summary.State, faulty.Summary.Totals.Done, faulty.Summary.Totals.Failed, faulty.Summary.Totals.Unaskable));

        // Where one request draws all samples, those that are missing are drawn with another seed.
        Assert.Equal(takesN ? quiet.Votes.Count : quiet.Votes.Intersect(faulty.Votes).Count(), faulty.Votes.Count);
        var stated = server.Exchanges.Where(static exchange => exchange.IsStated).ToList();
        var usage = faulty.Report.Circumstances.Usage!;
        Assert.Equal(stated.Sum(static exchange => (long)exchange.PromptTokens), usage.PromptTokens);
        Assert.Equal(stated.Sum(static exchange => (long)exchange.CompletionTokens), usage.CompletionTokens);
        Assert.Equal(((usage.PromptTokens * Input) + (usage.CompletionTokens * Output)) / 1_000_000, usage.Cost);
        Assert.Equal((double)usage.Cost!.Value, faulty.Summary.Totals.Cost, 1e-9);
        Assert.Equal(
            server.Exchanges.Count(static exchange => exchange.Fault is ChatFault.Silence or ChatFault.CutBeforeAnswer or ChatFault.CutInAnswer),
            usage.LostRequests);
        Assert.Equal(
            server.Exchanges.Count(static exchange => exchange.Fault is ChatFault.NoUsage or ChatFault.MalformedJson or ChatFault.ProxyPage),
            usage.UncountedRequests);
        Assert.Equal(["loopback-2026-01-01"], usage.Versions);
        Assert.Equal(0, quiet.Report.Circumstances.Usage!.LostRequests);
    }

    /// <summary>Returns the same run of a server without faults; asked once for all seeds.</summary>
    private async Task<Ended> QuietAsync(bool takesN)
    {
        if (!_quiet.TryGetValue(takesN, out var quiet))
        {
            await using var calm = LoopbackChatServer.Start(new LoopbackChatScript { TakesN = takesN });
            _quiet.Add(takesN, quiet = await RunAsync(calm, takesN));
        }

        return quiet;
    }

    private async Task<Ended> RunAsync(LoopbackChatServer server, bool takesN)
    {
        var folder = Directory.CreateTempSubdirectory("medqa-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "endpoint.json"),
            $$"""
            {
              "address": "{{server.Address}}", "model": "loopback", "contextLength": 8192, "supports": { "n": {{(takesN ? "true" : "false")}}, "seed": true, "stop": true },
              "limits": { "concurrency": 8 }, "prices": { "input": {{Input}}, "output": {{Output}}, "currency": "USD" }, "timeoutSeconds": 120
            }
            """,
            Cancel);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var running = new CancellationTokenSource();
        var pumping = PumpAsync(clock, running.Token);
        await using var model = EndpointModel.Open(folder, new EndpointOptions { Time = clock });
        var storage = await azurite.NewAsync();
        var splitter = new QuestionSetSplitter(
            storage, new ProfileCatalog(new Profiles()), model.Description, new SplitOptions { DefaultProfile = "quick" }, TimeProvider.System, NullLogger<QuestionSetSplitter>.Instance, countTokens: model.CountTokens);
        var worker = new BatchWorker(storage, model, new WorkerOptions { Name = "one" }, TimeProvider.System, NullLogger<BatchWorker>.Instance);
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance);
        var reader = new RunReader(storage);
        var etag = (await storage.QuestionSets.GetBlobClient("cases.csv").UploadAsync(BinaryData.FromString(Bench.Csv(Questions)), Cancel)).Value.ETag;
        var run = (await splitter.OnUploadAsync("cases.csv", etag, Cancel)).Run!.Value;
        while (!(await advancer.AdvanceAsync(run, Cancel)).IsDone)
        {
            if ((await storage.BatchQueue.ReceiveMessageAsync(cancellationToken: Cancel)).Value is { } message)
            {
                Assert.True(BatchMessage.TryParse(message.MessageText, out var batch));
                Assert.Equal(BatchOutcome.Finished, await worker.AnswerAsync(batch, Cancel));
                await storage.BatchQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
            }
        }

        await running.CancelAsync();
        await pumping;
        Directory.Delete(folder, recursive: true);
        var report = ReportJson.Read(Encoding.UTF8.GetBytes((await storage.Blob(run, "report.json").FindContentAsync(Cancel))!.ToString()));
        var votes = new List<string>();
        await foreach (var row in reader.AllAnswersAsync(run, AnswerFilter.All, Cancel))
        {
            votes.Add($"{row.Ordinal}: {string.Join(',', (await reader.GetAnswerAsync(run, row.Ordinal, Cancel))!.Votes)}");
        }

        return new Ended((await reader.GetAsync(run, Cancel))!, report, votes);
    }

    /// <summary>Lets the service's clock run fast, so that nobody waits for pauses and timeouts.</summary>
    private static async Task PumpAsync(FakeTimeProvider clock, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private sealed record Ended(RunSummary Summary, RunReport Report, IReadOnlyList<string> Votes);

    private sealed class Profiles : IProfileSource
    {
        public IReadOnlyList<string> Names => ["quick"];

        public Profile? Find(string name) => BuiltInProfiles.Find("self-consistency")! with { Name = "quick", Samples = 3, ExemplarSet = null, Exemplars = 0, MaxTokens = 64 };
    }
}
