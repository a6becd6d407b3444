using System.Net;
using System.Text;
using MedQA.Client;

namespace MedQA.Web.Tests.Client;

/// <summary>The typed client against the interface that it is for.</summary>
public sealed class MedQAClientTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_set_is_estimated_run_followed_and_read()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        using var client = ClientOf(server);
        Assert.Equal("ok", (await client.GetHealthAsync(Cancel)).Status);
        Assert.Equal("scripted", Assert.Single(await client.ListModelsAsync(Cancel)).Name);
        Assert.Contains(await client.ListProfilesAsync(cancellationToken: Cancel), static profile => profile.GetProperty("name").GetString() == "deferral");
        Assert.NotEmpty(await client.ListPublishedResultsAsync(Cancel));

        using var set = new MemoryStream(Encoding.UTF8.GetBytes(ApiServer.Questions(5, right: 3)));
        Assert.Equal(5, (await client.EstimateAsync(set, "set.csv", "few-shot", cancellationToken: Cancel)).Questions);
        set.Position = 0;
        var started = await client.StartRunAsync(set, "set.csv", "few-shot", cancellationToken: Cancel);
        Assert.True(started.IsNew);
        Assert.Equal(("set.csv", "few-shot"), (started.Run.Name, started.Run.Profile));
        set.Position = 0;
        Assert.False((await client.StartRunAsync(set, "set.csv", "few-shot", cancellationToken: Cancel)).IsNew);

        var run = started.Run.Id;
        var states = new List<RunState>();
        await foreach (var seen in client.WatchRunAsync(run, Cancel))
        {
            server.Model.Go.TrySetResult();
            states.Add(seen.State);
        }

        Assert.Equal(RunState.Completed, states[^1]);
        Assert.Equal(0.6, (await client.GetRunAsync(run, Cancel)).Accuracy!.Value, 12);
        Assert.Equal([run], await client.AllRunsAsync(cancellationToken: Cancel).Select(static listed => listed.Id).ToListAsync(Cancel));

        var page = await client.ListAnswersAsync(run, new AnswerQuery { Filter = "wrong" }, take: 1, cancellationToken: Cancel);
        Assert.Equal(("q3", "B", false), (page.Answers[0].Id, page.Answers[0].Answer, page.Answers[0].Correct));
        Assert.Equal("q4", (await client.ListAnswersAsync(run, new AnswerQuery { Filter = "wrong" }, page.Continuation, cancellationToken: Cancel)).Answers[0].Id);
        Assert.Equal(5, await client.AllAnswersAsync(run, cancellationToken: Cancel).CountAsync(Cancel));
        var detail = await client.GetAnswerAsync(run, "questions/q4", Cancel);
        Assert.Equal((4, "What is 4?", 1, "endToken"), (detail.Answer.Ordinal, detail.Question.Text, detail.Answer.Reasonings[0].Answer, detail.Answer.Reasonings[0].End));

        Assert.StartsWith("# ", await TextAsync(client.OpenReportAsync(run, ReportFormat.Markdown, Cancel)), StringComparison.Ordinal);
        Assert.StartsWith("ordinal,id,", await TextAsync(client.OpenFileAsync(run, "answers.csv", Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_said_in_the_service_s_words()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        using var client = ClientOf(server);
        var unknown = await Assert.ThrowsAsync<MedQAException>(() => client.GetRunAsync("aaaaaaaaaaaaaaaa", Cancel));
        Assert.Equal((HttpStatusCode.NotFound, "urn:medqa:unknown-run", "There is no run 'aaaaaaaaaaaaaaaa'."), (unknown.Status!.Value, unknown.Type, unknown.Message));

        using var set = new MemoryStream("no question set at all\n"u8.ToArray());
        var bad = await Assert.ThrowsAsync<MedQAException>(() => client.StartRunAsync(set, "bad.csv", cancellationToken: Cancel));
        Assert.Equal("urn:medqa:no-question-set", bad.Type);
        var profile = await Assert.ThrowsAsync<MedQAException>(() => client.EstimateAsync(set, "bad.csv", "none", cancellationToken: Cancel));
        Assert.Equal("profile", profile.Parameter);
    }

    [Fact]
    public async Task Keys_go_in_a_header_and_tokens_are_asked_for_each_request()
    {
        var seen = new List<HttpRequestMessage>();
        using var http = new HttpClient(new Recorder(seen));
        var asked = 0;
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("https://example.test/base"), Key = "k", Token = _ => ValueTask.FromResult($"t{++asked}") }, http);
        await client.GetHealthAsync(Cancel);
        await client.GetHealthAsync(Cancel);
        Assert.Equal(["Bearer t1", "Bearer t2"], seen.Select(static request => request.Headers.Authorization!.ToString()));
        Assert.All(seen, static request => Assert.Equal(("https://example.test/base/healthz", "k"), (request.RequestUri!.ToString(), request.Headers.GetValues("x-medqa-key").Single())));
    }

    [Fact]
    public async Task A_service_that_is_not_there_or_is_another_one_is_said_to_be_so()
    {
        using var nobody = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("http://127.0.0.1:9") });
        Assert.StartsWith("The service at http://127.0.0.1:9/ cannot be reached", (await Assert.ThrowsAsync<MedQAException>(() => nobody.GetHealthAsync(Cancel))).Message, StringComparison.Ordinal);

        using var http = new HttpClient(new Recorder([], "<html>"));
        using var other = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("http://example.test") }, http);
        Assert.StartsWith("The service's response cannot be read", (await Assert.ThrowsAsync<MedQAException>(() => other.GetHealthAsync(Cancel))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("ftp://example.test") }));
    }

    private static MedQAClient ClientOf(ApiServer server) => new(new MedQAClientOptions { Endpoint = server.Client.BaseAddress! }, server.Client);

    private static async Task<string> TextAsync(Task<Stream> opened)
    {
        using var reader = new StreamReader(await opened);
        return await reader.ReadToEndAsync(Cancel);
    }

    private sealed class Recorder(List<HttpRequestMessage> seen, string answer = """{"status":"ok","version":"1","storage":"ok","models":[],"queue":{"batches":0}}""") : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Add(request);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) });
        }
    }
}
