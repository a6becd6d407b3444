using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Web.Tests.Answers;

/// <summary>What is read of runs that have ended, while other processes work on the same runs.</summary>
public sealed class EndedRunTests(AzuriteFixture azurite)
{
    private static readonly (string Path, string? Accept)[] Readings =
    [
        ("", null),
        ("/answers", null),
        ("/answers?filter=wrong&take=2", null),
        ("/answers?agreementBelow=0.9", null),
        ("/answers?search=What%20is", null),
        ("/answers?order=agreement&filter=wrong", null),
        ("/answers/q1", null),
        ("/answers/2?by=ordinal", null),
        ("/report", null),
        ("/report", "text/html"),
        ("/report", "text/markdown"),
        ("/report", "application/vnd.medqa.sections+json"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_reader_asks_storage_for_nothing_but_the_row_of_the_run_and_gets_the_same()
    {
        var account = azurite.NewConnectionString();
        await using var worker = await ApiServer.StartAsync(account);
        var run = await worker.FinishedRunAsync(ApiServer.Questions(7, right: 4));
        var calls = new Calls();
        await using var reader = await ApiServer.StartReaderAsync(account, calls.Configure);

        foreach (var (path, accept) in Readings)
        {
            var first = await ReadAsync(reader, run, path, accept);
            Assert.NotEmpty(calls.Take());
            var second = await ReadAsync(reader, run, path, accept);
            Assert.Equal(["GET Runs"], calls.Take());
            Assert.Equal(first, second);
            Assert.Equal(await ReadAsync(worker, run, path, accept), second);
        }

        // Another question of a batch that was read, another list: only what is not there yet is read.
        await ReadAsync(reader, run, "/answers/q3");
        Assert.Equal(["GET Answers", "GET Runs", "GET answers"], calls.Take());
        await ReadAsync(reader, run, "/answers?filter=wrong&take=1");
        Assert.Equal(["GET Runs", "GET index"], calls.Take());
    }

    [Fact]
    public async Task A_hundred_first_readers_load_a_page_once()
    {
        var account = azurite.NewConnectionString();
        await using var worker = await ApiServer.StartAsync(account);
        var run = await worker.FinishedRunAsync(ApiServer.Questions(7, right: 4));
        var calls = new Calls();
        await using var reader = await ApiServer.StartReaderAsync(account, calls.Configure);

        var pages = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ReadAsync(reader, run, "/answers")));

        Assert.Single(pages.Distinct());
        Assert.Equal(["GET index", "GET index"], calls.Take().Where(static call => call != "GET Runs"));
    }

    [Fact]
    public async Task A_load_that_storage_refuses_is_told_and_tried_again_by_the_next_request()
    {
        var account = azurite.NewConnectionString();
        await using var worker = await ApiServer.StartAsync(account);
        var run = await worker.FinishedRunAsync(ApiServer.Questions(3, right: 2));
        var calls = new Calls { Refuses = true };
        await using var reader = await ApiServer.StartReaderAsync(account, calls.Configure);

        var (refused, _) = await reader.GetAsync($"/api/runs/{run}/answers");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        calls.Refuses = false;
        var (answered, _) = await reader.GetAsync($"/api/runs/{run}/answers");
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_retry_and_a_deletion_by_another_process_are_seen_by_the_next_request()
    {
        var account = azurite.NewConnectionString();
        await using var worker = await ApiServer.StartAsync(account, held: true);
        var (_, started) = await worker.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv", ApiServer.Questions(3, right: 3));
        var run = started.GetProperty("run").GetString()!;
        await worker.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel");
        worker.Model.Go.SetResult();
        await worker.UntilAsync(run, "cancelled");
        var calls = new Calls();
        await using var reader = await ApiServer.StartReaderAsync(account, calls.Configure);
        var cancelled = await ReadAsync(reader, run, "/answers");
        calls.Take();
        Assert.Equal(cancelled, await ReadAsync(reader, run, "/answers"));
        Assert.Equal(["GET Runs"], calls.Take());
        var provisional = await ReadAsync(reader, run, "/report");

        // While the other process only has the request, and while it goes on, nothing comes from memory.
        worker.Model.Hold();
        await worker.SendAsync(HttpMethod.Post, $"/api/runs/{run}/retry");
        calls.Take();
        await ReadAsync(reader, run, "/answers");
        Assert.Contains(calls.Take(), static call => call != "GET Runs");
        worker.Model.Go.SetResult();
        await worker.UntilAsync(run, "completed");
        var completed = JsonElement.Parse(await ReadAsync(reader, run, "/answers"));
        Assert.Equal(3, completed.GetProperty("answers").GetArrayLength());
        Assert.NotEqual(provisional, await ReadAsync(reader, run, "/report"));
        calls.Take();
        await ReadAsync(reader, run, "/answers");
        Assert.Equal(["GET Runs"], calls.Take());

        await worker.SendAsync(HttpMethod.Delete, $"/api/runs/{run}");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await worker.GetAsync($"/api/runs/{run}")).Response.StatusCode != HttpStatusCode.NotFound)
        {
            await timer.WaitForNextTickAsync(Cancel);
        }

        foreach (var path in (string[])["", "/answers", "/report", "/answers/q0"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync($"/api/runs/{run}{path}")).Response.StatusCode);
        }

        Assert.Equal(0, reader.Results.Bytes);
    }

    [Fact]
    public async Task An_approval_by_another_process_is_seen_by_the_next_request()
    {
        var account = azurite.NewConnectionString();
        var storage = StorageConnection.Open(account);
        await storage.EnsureCreatedAsync(Cancel);
        var ledger = new BudgetLedger(storage, new DayBudget { MaxGeneratedTokensPerDay = 1 }, TimeProvider.System);
        var advancer = new RunAdvancer(storage, new AdvanceOptions(), TimeProvider.System, NullLogger<RunAdvancer>.Instance, ledger: ledger);
        await using var reader = await ApiServer.StartReaderAsync(account);
        var (_, started) = await reader.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv", ApiServer.Questions(3, right: 3));
        var run = started.GetProperty("run").GetString()!;
        await advancer.AdvanceAsync(RunId.Parse(run), Cancel);
        var (_, waiting) = await reader.GetAsync($"/api/runs/{run}");
        Assert.Equal("waiting", waiting.GetProperty("state").GetString());

        Assert.Equal(RequestOutcome.Accepted, await new RunControl(storage, TimeProvider.System).RequestAsync(RunId.Parse(run), RequestedAction.Approve, Cancel));
        await advancer.AdvanceAsync(RunId.Parse(run), Cancel);
        var (_, approved) = await reader.GetAsync($"/api/runs/{run}");
        Assert.NotEqual("waiting", approved.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Of_a_run_in_progress_nothing_is_kept()
    {
        var account = azurite.NewConnectionString();
        await using var worker = await ApiServer.StartAsync(account, held: true);
        var (_, started) = await worker.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv", ApiServer.Questions(3, right: 3));
        var run = started.GetProperty("run").GetString()!;
        var calls = new Calls();
        await using var reader = await ApiServer.StartReaderAsync(account, calls.Configure);

        for (var time = 0; time < 2; time++)
        {
            await ReadAsync(reader, run, "/answers");
            Assert.Contains("GET Answers", calls.Take());
            Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync($"/api/runs/{run}/report")).Response.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync($"/api/runs/{run}/answers/q0")).Response.StatusCode);
            calls.Take();
        }

        Assert.Equal(0, reader.Results.Bytes);
        worker.Model.Go.SetResult();
        await worker.UntilAsync(run, "completed");
    }

    private static async Task<string> ReadAsync(ApiServer server, string run, string path, string? accept = null)
    {
        var (response, _) = await server.GetAsync($"/api/runs/{run}{path}", accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    /// <summary>What is asked of storage: the method with the table, or with the folder or file of the run.</summary>
    private sealed class Calls : HttpPipelinePolicy
    {
        private readonly ConcurrentQueue<string> _seen = new();

        /// <summary>Whether blobs are refused.</summary>
        public bool Refuses { get; set; }

        public void Configure(ClientOptions options)
        {
            options.Retry.MaxRetries = 0;
            options.AddPolicy(this, HttpPipelinePosition.PerCall);
        }

        /// <summary>The calls since the last look, in alphabetical order.</summary>
        public string[] Take()
        {
            var calls = new List<string>();
            while (_seen.TryDequeue(out var call))
            {
                calls.Add(call);
            }

            return [.. calls.Order(StringComparer.Ordinal)];
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything is asked for without blocking.");

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            string[] parts = message.Request.Uri.ToUri().AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var isBlob = parts is [_, "runs", _, ..];
            _seen.Enqueue($"{message.Request.Method} {(isBlob ? parts[3] : parts[^1].Split('(')[0])}");
            return Refuses && isBlob ? throw new Azure.RequestFailedException(503, "The storage is busy.") : ProcessNextAsync(message, pipeline);
        }
    }
}
