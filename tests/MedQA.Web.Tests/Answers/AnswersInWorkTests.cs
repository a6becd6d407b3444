using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MedQA.Web.Tests.Answers;

/// <summary>What callers get of a run in the middle of a batch.</summary>
public sealed class AnswersInWorkTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_and_questions_have_each_answer_as_it_is_given_and_no_condition_hides_it()
    {
        var steps = new Steps();
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await StartAsync(server, steps, 3);
        var (empty, page) = await server.GetAsync($"/api/runs/{run}/answers");
        Assert.Equal(0, page.GetProperty("answers").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"/api/runs/{run}/answers/q0")).Response.StatusCode);

        var tag = empty.Headers.ETag!;
        for (var answered = 1; answered <= 2; answered++)
        {
            Assert.Equal(HttpStatusCode.NotModified, (await IfNoneMatchAsync(server, run, tag.ToString())).StatusCode);
            steps.Go();
            await steps.ArrivedAsync();
            HttpResponseMessage response;
            using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100)))
            {
                while ((response = await IfNoneMatchAsync(server, run, tag.ToString())).StatusCode == HttpStatusCode.NotModified)
                {
                    await timer.WaitForNextTickAsync(Cancel);
                }
            }

            Assert.NotEqual(tag, response.Headers.ETag);
            tag = response.Headers.ETag!;
            page = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(Enumerable.Range(0, answered).Select(static i => $"What is {i}?"), page.GetProperty("answers").EnumerateArray().Select(static row => row.GetProperty("text").GetString()));
        }

        foreach (var address in (string[])["q1", "questions%2Fq1", "1?by=ordinal", "1?by=ordinal&prompt=true"])
        {
            var (_, detail) = await server.GetAsync($"/api/runs/{run}/answers/{address}");
            Assert.Equal(11, detail.GetProperty("answer").GetProperty("reasonings").GetArrayLength());
            Assert.Equal(address.Contains("prompt", StringComparison.Ordinal), detail.TryGetProperty("prompt", out _));
        }

        var lines = await TextAsync(server, $"/api/runs/{run}/answers", "application/x-ndjson");
        Assert.Equal(["q0", "q1"], lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line).GetProperty("id").GetString()));
        var table = await TextAsync(server, $"/api/runs/{run}/answers", "text/csv");
        Assert.Equal(3, table.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);

        // What is made of results has none of it.
        foreach (var part in (string[])["files/answers.jsonl", "files/samples.parquet", "report"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"/api/runs/{run}/{part}", "*/*")).Response.StatusCode);
        }

        using var study = await server.Client.PostAsync("/api/studies", new StringContent($$"""{"name":"Study","rubric":"lay-2","raters":["Ann"],"sources":[{"run":"{{run}}"}]}"""), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, study.StatusCode);

        steps.Go();
        await server.UntilAsync(run, "completed");
        Assert.StartsWith(lines, await TextAsync(server, $"/api/runs/{run}/answers", "application/x-ndjson"), StringComparison.Ordinal);
        Assert.StartsWith(table, await TextAsync(server, $"/api/runs/{run}/answers", "text/csv"), StringComparison.Ordinal);
    }

    /// <summary>Each viewer has the list, the open question and the events of the run, as the dashboard has.</summary>
    [Fact]
    public async Task Fifty_viewers_cost_the_storage_hardly_more_than_one()
    {
        const int Viewers = 50;
        var (counted, steps) = (new CountedCalls(), new Steps());
        var connection = azurite.NewConnectionString();
        await using var server = await ApiServer.StartAsync(connection);
        await using var reader = await ApiServer.StartReaderAsync(connection, options => options.AddPolicy(counted, HttpPipelinePosition.PerCall));
        var run = await StartAsync(server, steps, 30);
        var began = Stopwatch.GetTimestamp();
        using var done = new CancellationTokenSource();
        var viewers = Enumerable.Range(0, Viewers).Select(_ => ViewAsync(reader, run, done.Token)).ToList();
        for (var answered = 0; answered < 20; answered++)
        {
            steps.Go();
            await steps.ArrivedAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(250), Cancel);
        }

        // Every viewer has seen the last of them.
        while (viewers.Exists(static viewer => viewer.Seen < 20))
        {
            Assert.False(viewers.Exists(static viewer => viewer.Watching.IsFaulted), "A viewer failed.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancel);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var (progress, batches, all) = (counted.Of($"/{run}/progress/"), counted.Of("/Batches("), counted.Of(""));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Viewers} viewers for {seconds:0.0} s: {progress / seconds:0.00} reads of progress, {batches / seconds:0.00} of batches and {all / seconds:0.0} calls in all a second"));
        Assert.InRange(progress, 1, seconds + 2);
        Assert.InRange(batches, 1, seconds + 2);
        await done.CancelAsync();
        foreach (var viewer in viewers)
        {
            await viewer.Watching;
        }

        // When nobody looks, nothing is asked.
        var before = counted.Of("");
        steps.Go();
        await steps.ArrivedAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);
        Assert.InRange(counted.Of("") - before, 0, 5);
        steps.Go(10);
        await server.UntilAsync(run, "completed");
    }

    private static Viewer ViewAsync(ApiServer server, string run, CancellationToken done)
    {
        var viewer = new Viewer();
        viewer.Watching = WatchAsync();
        return viewer;

        async Task WatchAsync()
        {
            try
            {
                using var response = await server.Client.GetAsync(new Uri($"/api/runs/{run}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, done);
                using var events = new StreamReader(await response.Content.ReadAsStreamAsync(done));
                while (await events.ReadLineAsync(done) is { } line)
                {
                    if (line == "event: answers")
                    {
                        var page = JsonElement.Parse(await server.Client.GetStringAsync(new Uri($"/api/runs/{run}/answers", UriKind.Relative), done));
                        viewer.Seen = page.GetProperty("answers").GetArrayLength();
                    }
                }
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                // It has seen enough.
            }
        }
    }

    private static async Task<string> StartAsync(ApiServer server, Steps steps, int questions)
    {
        server.Model.Before = steps.BeforeAsync;
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=self-consistency&name=questions.csv", ApiServer.Questions(questions, right: 2));
        await steps.ArrivedAsync();
        return started.GetProperty("run").GetString()!;
    }

    private static async Task<HttpResponseMessage> IfNoneMatchAsync(ApiServer server, string run, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/answers") { Headers = { { "If-None-Match", tag } } };
        return await server.Client.SendAsync(request, Cancel);
    }

    private static async Task<string> TextAsync(ApiServer server, string address, string accept) =>
        await (await server.GetAsync(address, accept)).Response.Content.ReadAsStringAsync(Cancel);

    private sealed class Viewer
    {
        private int _seen;

        public int Seen { get => Volatile.Read(ref _seen); set => Volatile.Write(ref _seen, value); }

        public Task Watching { get; set; } = Task.CompletedTask;
    }

    /// <summary>Keeps the addresses that are asked for.</summary>
    private sealed class CountedCalls : HttpPipelineSynchronousPolicy
    {
        private readonly List<string> _calls = [];

        public int Of(string part)
        {
            lock (_calls)
            {
                return _calls.Count(call => call.Contains(part, StringComparison.Ordinal));
            }
        }

        public override void OnSendingRequest(HttpMessage message)
        {
            lock (_calls)
            {
                _calls.Add(message.Request.Uri.ToString());
            }
        }
    }
}
