using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Web.Tests.Runs;

public sealed class RunEventHandlersTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_followed_from_its_start_to_its_end()
    {
        // The times between looks are longer than the test: only the pipeline's own signals can bring the changes.
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { WatchEvery = TimeSpan.FromMinutes(10), WatchFor = TimeSpan.FromMinutes(10) }, held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(3, right: 2));
        var run = started.GetProperty("run").GetString()!;

        using var response = await WatchAsync(server, run);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("retry: 1000", (await EventAsync(events)).Single());
        var first = Run(await EventAsync(events));
        Assert.Equal((run, 0), (first.GetProperty("run").GetString(), first.GetProperty("done").GetInt32()));

        server.Model.Go.SetResult();
        JsonElement last = first;
        string? id = null;
        while (await EventAsync(events) is { Count: > 0 } next)
        {
            if (next.Contains("event: end"))
            {
                Assert.Equal(["event: end", "data: completed"], next);
                break;
            }

            if (next.Contains("event: answers"))
            {
                continue;
            }

            (id, last) = (next[0]["id: ".Length..], Run(next));
        }

        Assert.Equal(("completed", 3, 2), (last.GetProperty("state").GetString(), last.GetProperty("done").GetInt32(), last.GetProperty("correct").GetInt32()));
        Assert.Null(await events.ReadLineAsync(Cancel));

        using var seen = await WatchAsync(server, run, id);
        Assert.Equal(HttpStatusCode.NoContent, seen.StatusCode);
        using var unseen = await WatchAsync(server, run, "AAAA");
        Assert.Contains($"id: {id}\nevent: run\n", await unseen.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_reader_has_seen_is_not_sent_again_and_silence_is_commented_until_the_reader_must_come_back()
    {
        var time = new FakeTimeProvider();
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { WatchEvery = Look }, held: true, time: time);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(1, right: 1));
        var run = started.GetProperty("run").GetString()!;
        var running = await server.UntilAsync(run, "running");
        Assert.Equal(0, running.GetProperty("done").GetInt32());

        string id;
        using (var first = await WatchAsync(server, run))
        {
            using var events = new StreamReader(await first.Content.ReadAsStreamAsync(Cancel));
            await EventAsync(events);
            id = (await EventAsync(events))[0]["id: ".Length..];
        }

        using var second = await WatchAsync(server, run, id);
        using var silence = new StreamReader(await second.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("retry: 1000", (await EventAsync(silence)).Single());
        for (var comments = 1; comments < 12; comments++)
        {
            Assert.Equal(": still here", (await AfterAsync(time, TimeSpan.FromSeconds(15), silence)).Single());
        }

        Assert.Equal("retry: 1000", (await AfterAsync(time, TimeSpan.FromSeconds(15), silence)).Single());
        Assert.Null(await silence.ReadLineAsync(Cancel));
        server.Model.Go.SetResult();
        await server.UntilAsync(run, "completed");
    }

    [Fact]
    public async Task However_many_listen_to_a_run_one_reader_looks_at_it_and_others_are_answered()
    {
        const int Listeners = 300;
        var reads = new CountedReads();
        await using var server = await ApiServer.StartAsync(
            azurite.NewConnectionString(),
            new ApiLimits { WatchEvery = TimeSpan.FromMinutes(10), WatchFor = TimeSpan.FromMinutes(10) },
            held: true,
            onNetwork: true,
            configure: options => options.AddPolicy(reads, HttpPipelinePosition.PerCall));
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(3, right: 2));
        var run = started.GetProperty("run").GetString()!;

        var listeners = await Task.WhenAll(Enumerable.Range(0, Listeners).Select(async _ =>
        {
            var events = new StreamReader(await (await WatchAsync(server, run)).Content.ReadAsStreamAsync(Cancel));
            Assert.Equal("retry: 1000", (await EventAsync(events)).Single());
            Assert.Equal(run, Run(await EventAsync(events)).GetProperty("run").GetString());
            return events;
        }));
        reads.Begin(run);
        var start = Stopwatch.GetTimestamp();
        var (health, _) = await server.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5), "The probe waited.");

        server.Model.Go.SetResult();
        var ends = await Task.WhenAll(listeners.Select(static async events =>
        {
            using (events)
            {
                return await events.ReadToEndAsync(Cancel);
            }
        }));
        Assert.All(ends, static text => Assert.EndsWith("event: end\ndata: completed\n\n", text, StringComparison.Ordinal));

        // The pipeline itself reads the row, too; whoever listens does not.
        Assert.InRange(reads.Count, 1, Listeners / 2);
    }

    [Fact]
    public async Task It_is_said_when_answers_appear_and_a_reader_that_comes_back_is_told_again()
    {
        var steps = new Steps();
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { WatchEvery = Look });
        server.Model.Before = steps.BeforeAsync;
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=self-consistency", ApiServer.Questions(3, right: 2));
        var run = started.GetProperty("run").GetString()!;
        await steps.ArrivedAsync();
        string? id = null, version = null;
        for (var answered = 1; answered <= 2; answered++)
        {
            using var response = await WatchAsync(server, run, id);
            using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
            steps.Go();
            await steps.ArrivedAsync();
            List<string> next;
            do
            {
                next = await EventAsync(events);
                id = next[0].StartsWith("id: ", StringComparison.Ordinal) ? next[0]["id: ".Length..] : id;
            }
            while (next[0] != "event: answers" || next[1] == version);
            Assert.StartsWith("data: ", next[1], StringComparison.Ordinal);
            version = next[1];
            var (_, page) = await server.GetAsync($"/api/runs/{run}/answers");
            Assert.Equal(answered, page.GetProperty("answers").GetArrayLength());
        }

        steps.Go();
        await server.UntilAsync(run, "completed");
    }

    [Fact]
    public async Task A_deleted_run_ends_its_events_and_one_that_is_not_there_has_none()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(1, right: 1));
        var run = started.GetProperty("run").GetString()!;
        using var response = await WatchAsync(server, run);
        await server.SendAsync(HttpMethod.Delete, $"/api/runs/{run}");
        server.Model.Go.SetResult();
        Assert.EndsWith("event: end\ndata: deleted\n\n", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var none = await WatchAsync(server, run);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        var (refused, _) = await server.GetAsync($"/api/runs/{run}/events", "application/json");
        Assert.Equal(HttpStatusCode.NotAcceptable, refused.StatusCode);
    }

    private static async Task<HttpResponseMessage> WatchAsync(ApiServer server, string run, string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/events");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    /// <summary>The next event once that much time has passed. The server may just have read the clock and not set its alarm yet when it is moved on: then it looks again after <see cref="Look"/>.</summary>
    private static async Task<List<string>> AfterAsync(FakeTimeProvider time, TimeSpan passed, StreamReader events)
    {
        var next = EventAsync(events);
        time.Advance(passed);
        while (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(0.5), Cancel)) != next)
        {
            time.Advance(Look);
        }

        return await next;
    }

    /// <summary>The lines of the next event; none where the stream has ended.</summary>
    private static async Task<List<string>> EventAsync(StreamReader events)
    {
        var lines = new List<string>();
        while (await events.ReadLineAsync(Cancel) is { Length: > 0 } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Counts how often a run is looked at in the storage.</summary>
    private sealed class CountedReads : HttpPipelineSynchronousPolicy
    {
        private string? _run;
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Begin(string run) => Volatile.Write(ref _run, run);

        public override void OnSendingRequest(HttpMessage message)
        {
            if (Volatile.Read(ref _run) is { } run && message.Request.Method == RequestMethod.Get && message.Request.Uri.ToString().Contains(run, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _count);
            }
        }
    }

    private static JsonElement Run(List<string> lines)
    {
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("id: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("event: run", lines[1]);
        return JsonElement.Parse(lines[2]["data: ".Length..]);
    }
}
