using System.Net;
using Azure.Storage.Blobs.Specialized;

namespace MedQA.Web.Tests.Runs;

public sealed class RunHandlersTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_body_becomes_a_run_that_is_answered_and_scored()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());

        var (response, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv", ApiServer.Questions(5, right: 3));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var run = started.GetProperty("run").GetString();
        Assert.Equal($"/api/runs/{run}", response.Headers.Location?.ToString());

        var ended = await server.UntilAsync(run!, "completed");
        Assert.Equal("set.csv", ended.GetProperty("name").GetString());
        Assert.Equal("few-shot", ended.GetProperty("profile").GetString());
        Assert.Equal(5, ended.GetProperty("done").GetInt32());
        Assert.Equal(3, ended.GetProperty("correct").GetInt32());
        Assert.Equal(0.6, ended.GetProperty("accuracy").GetDouble(), 12);
        Assert.Equal(1, ended.GetProperty("revision").GetInt32());
    }

    [Fact]
    public async Task The_same_body_and_profile_are_one_run_and_again_makes_another()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(2, right: 1);
        var run = await server.FinishedRunAsync(questions);

        var (repeated, body) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=other-name.csv", questions);
        Assert.Equal(HttpStatusCode.OK, repeated.StatusCode);
        Assert.Equal(run, body.GetProperty("run").GetString());

        var (again, another) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&again=true", questions);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.NotEqual(run, another.GetProperty("run").GetString());

        var (_, otherwise) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=chain-of-thought", questions);
        Assert.NotEqual(run, otherwise.GetProperty("run").GetString());
    }

    [Fact]
    public async Task An_upload_of_another_tool_is_a_run_of_its_own_with_equal_scores()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(4, right: 3);
        var posted = await server.FinishedRunAsync(questions);

        await server.Storage.QuestionSets.GetBlockBlobClient("few-shot/by-hand.csv").UploadAsync(BinaryData.FromString(questions).ToStream(), cancellationToken: TestContext.Current.CancellationToken);

        var uploaded = await OtherRunAsync(server, posted);
        var (first, second) = (await server.UntilAsync(posted, "completed"), await server.UntilAsync(uploaded, "completed"));
        Assert.Equal("by-hand.csv", second.GetProperty("name").GetString());
        foreach (var figure in (string[])["correct", "graded", "done", "generatedTokens", "accuracy", "accuracyLow", "accuracyHigh"])
        {
            Assert.Equal(first.GetProperty(figure).GetDouble(), second.GetProperty(figure).GetDouble());
        }

        // The stored body was found by the scan for uploads too, and is the run that it was already.
        var (_, page) = await server.GetAsync("/api/runs");
        Assert.Equal(2, page.GetProperty("runs").GetArrayLength());
    }

    [Theory]
    [InlineData("this is no question set\nat all\n")]
    [InlineData("id,question,option_a,option_b,answer\n")]
    [InlineData("id,question,option_a,option_b,answer\nq1,,x,y,A\n")]
    public async Task A_body_that_is_no_question_set_gets_one_sentence_and_400_and_leaves_no_run_and_nothing_stored(string body)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (response, problem) = await server.SendAsync(HttpMethod.Post, "/api/runs?name=bad.csv", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("urn:medqa:no-question-set", problem.GetProperty("type").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.False(problem.TryGetProperty("run", out _));
        var (_, page) = await server.GetAsync("/api/runs");
        Assert.Equal(0, page.GetProperty("runs").GetArrayLength());
        Assert.Empty(await server.Storage.QuestionSets.GetBlobsAsync(
            cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("question,option_a,option_b,answerOne?,yes,no,ATwo?,yes,no,B")]
    [InlineData("\"sep=;\"stem;A;B;key;noteOne?;yes;no;A;x")]
    [InlineData("One?,yes,no,maybe,never,ATwo?,yes,no,maybe,never,B")]
    [InlineData("What is it?Why is it?How is it?")]
    public async Task A_body_without_line_breaks_as_curl_d_sends_it_is_refused_with_the_option_that_keeps_them(string body)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs?name=set.csv")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            "--data-binary @FILE",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_above_the_limit_gets_413_whether_it_says_its_length_or_not()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxUploadBytes = 100 });
        var body = ApiServer.Questions(10, right: 5);

        var (known, problem) = await server.SendAsync(HttpMethod.Post, "/api/runs", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, known.StatusCode);
        Assert.Equal("urn:medqa:too-large", problem.GetProperty("type").GetString());

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new StreamContent(new UnknownLength(System.Text.Encoding.UTF8.GetBytes(body))) };
        using var unknown = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, unknown.StatusCode);
    }

    [Fact]
    public async Task A_run_that_may_stop_early_is_another_run_and_says_what_it_stops_at()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(3, right: 2);
        var run = await server.FinishedRunAsync(questions, "?profile=few-shot&name=set.csv&until=%C2%B12%20%25");
        var whole = await server.FinishedRunAsync(questions, "?profile=few-shot&name=set.csv");

        var (_, shown) = await server.GetAsync($"/api/runs/{run}");
        var (_, other) = await server.GetAsync($"/api/runs/{whole}");
        Assert.NotEqual(run, whole);
        Assert.Equal(2, shown.GetProperty("until").GetDecimal());
        Assert.False(shown.TryGetProperty("stoppedAfter", out _));
        Assert.False(other.TryGetProperty("until", out _));
        var (again, same) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot&name=set.csv&until=2", questions);
        Assert.Equal((HttpStatusCode.OK, run), (again.StatusCode, same.GetProperty("run").GetString()));
    }

    [Fact]
    public async Task Bad_parameters_are_named_and_nothing_is_stored()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var (address, parameter) in ((string, string)[])[("/api/runs?profile=none", "profile"), ("/api/runs?again=yes", "again"), ("/api/runs?answerNotation=roman", "answerNotation"), ("/api/runs?rightAnswers=two", "rightAnswers"), ("/api/runs?limit=0", "limit"), ("/api/runs?sample=1e3", "sample"), ("/api/runs?limit=1&sample=1", "sample"), ("/api/runs?until=0", "until"), ("/api/runs?until=2,5", "until"), ("/api/runs?until=60%20%25", "until"), ("/api/runs?until=two", "until")])
        {
            var (response, problem) = await server.SendAsync(HttpMethod.Post, address, ApiServer.Questions(1, right: 1));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        }

        foreach (var (address, parameter) in ((string, string)[])[("/api/runs?take=0", "take"), ("/api/runs?take=501", "take"), ("/api/runs?continuation=%24%24", "continuation")])
        {
            var (response, problem) = await server.GetAsync(address);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(parameter, problem.GetProperty("parameter").GetString());
        }

        foreach (var body in (HttpContent?[])[new StringContent(""), new StreamContent(new UnknownLength([])), null])
        {
            using var empty = await server.Client.PostAsync("/api/runs", body, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
            Assert.Contains("urn:medqa:empty-body", await empty.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        var (_, runs) = await server.GetAsync("/api/runs");
        Assert.Equal(0, runs.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_page_by_page()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var made = new List<string>();
        for (var count = 1; count <= 3; count++)
        {
            made.Add(await server.FinishedRunAsync(ApiServer.Questions(count, right: 1)));
        }

        var listed = new List<string>();
        string? continuation = null;
        do
        {
            var (_, page) = await server.GetAsync($"/api/runs?take=2{(continuation is null ? "" : $"&continuation={continuation}")}");
            listed.AddRange(page.GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("run").GetString()!));
            continuation = page.TryGetProperty("continuation", out var next) ? next.GetString() : null;
        }
        while (continuation is not null);
        Assert.Equal(made.AsEnumerable().Reverse(), listed);
    }

    [Fact]
    public async Task A_run_can_be_cancelled_tried_again_and_deleted()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(3, right: 3));
        var run = started.GetProperty("run").GetString()!;

        var (early, problem) = await server.SendAsync(HttpMethod.Post, $"/api/runs/{run}/retry");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Equal("urn:medqa:not-possible", problem.GetProperty("type").GetString());

        var (cancelled, _) = await server.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel");
        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        server.Model.Go.SetResult();
        await server.UntilAsync(run, "cancelled");

        var (retried, _) = await server.SendAsync(HttpMethod.Post, $"/api/runs/{run}/retry");
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        Assert.Equal(3, (await server.UntilAsync(run, "completed")).GetProperty("correct").GetInt32());

        var (deleted, _) = await server.SendAsync(HttpMethod.Delete, $"/api/runs/{run}");
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await server.GetAsync($"/api/runs/{run}")).Response.StatusCode != HttpStatusCode.NotFound)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/answers")]
    [InlineData("GET", "/answers/q0")]
    [InlineData("GET", "/report")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("POST", "/approve")]
    [InlineData("DELETE", "")]
    public async Task A_run_that_is_not_there_gets_404(string method, string path)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var run in (string[])["aaaaaaaaaaaaaaaa", "no-run"])
        {
            var (response, problem) = await server.SendAsync(new HttpMethod(method), $"/api/runs/{run}{path}");
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("urn:medqa:unknown-run", problem.GetProperty("type").GetString());
            Assert.Equal(404, problem.GetProperty("status").GetInt32());
            Assert.Contains($"\"detail\":\"There is no run '{run}'.\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    private static async Task<string> OtherRunAsync(ApiServer server, string known)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var (_, page) = await server.GetAsync("/api/runs");
            if (page.GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("run").GetString()!).FirstOrDefault(run => run != known) is { } other)
            {
                return other;
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private sealed class UnknownLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
