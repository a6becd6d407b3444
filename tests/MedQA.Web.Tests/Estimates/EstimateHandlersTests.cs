using System.Net;

namespace MedQA.Web.Tests.Estimates;

public sealed class EstimateHandlersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_an_earlier_run_the_bound_is_given_and_the_rest_is_said_to_be_unknown()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (response, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?name=set.csv", ApiServer.Questions(4, right: 4) + "bad,,one,two,three,A\nopen,Which?,one,two,three,\n");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("set.csv", "self-consistency", "scripted"), (estimate.GetProperty("name").GetString(), estimate.GetProperty("profile").GetString(), estimate.GetProperty("model").GetString()));
        Assert.Equal((5, 4, 1), (estimate.GetProperty("questions").GetInt32(), estimate.GetProperty("graded").GetInt32(), estimate.GetProperty("rejectedRows").GetInt32()));
        var rejected = estimate.GetProperty("firstRejected")[0];
        Assert.Equal((6, "bad"), (rejected.GetProperty("line").GetInt32(), rejected.GetProperty("id").GetString()));
        Assert.NotEqual("", rejected.GetProperty("reason").GetString());
        Assert.Equal((11, 11, 5 * 11 * 144), (estimate.GetProperty("samplesPerQuestion").GetInt32(), estimate.GetProperty("callsPerQuestion").GetInt32(), estimate.GetProperty("maxGeneratedTokens").GetInt32()));
        Assert.False(estimate.TryGetProperty("expectedGeneratedTokens", out _));
        Assert.Contains("no run of profile self-consistency with model scripted has finished here yet", estimate.GetProperty("unknown")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("do not say which option is right", estimate.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);

        var (_, runs) = await server.GetAsync("/api/runs");
        Assert.Equal(0, runs.GetProperty("runs").GetArrayLength());
        Assert.Empty(await server.Storage.QuestionSets.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Earlier_runs_of_the_same_profile_tell_what_to_expect_and_those_of_others_do_not()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1));

        var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?profile=few-shot", ApiServer.Questions(100, right: 1));
        Assert.Equal(100 * 4, estimate.GetProperty("expectedGeneratedTokens").GetInt32());
        Assert.Equal(run, estimate.GetProperty("basedOn").EnumerateArray().Single().GetProperty("run").GetString());
        var earlier = (await server.GetAsync($"/api/runs/{run}")).Body;
        Assert.Equal(50 * earlier.GetProperty("seconds").GetDouble(), estimate.GetProperty("expectedSeconds").GetDouble(), 9);
        Assert.Equal(8 / earlier.GetProperty("seconds").GetDouble(), estimate.GetProperty("tokensPerSecond").GetDouble(), 6);
        Assert.Equal(0, estimate.GetProperty("unknown").GetArrayLength());

        var (_, other) = await server.SendAsync(HttpMethod.Post, "/api/estimates?profile=likelihood", ApiServer.Questions(100, right: 1));
        Assert.Equal((0, 1, 0), (other.GetProperty("samplesPerQuestion").GetInt32(), other.GetProperty("callsPerQuestion").GetInt32(), other.GetProperty("maxGeneratedTokens").GetInt32()));
        Assert.Equal(1, other.GetProperty("unknown").GetArrayLength());
    }

    [Fact]
    public async Task Every_listed_profile_says_what_its_run_would_take_or_why_it_would_be_rejected()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        await server.FinishedRunAsync(ApiServer.Questions(2, right: 1));
        var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?alternatives=true&samples=3", ApiServer.Questions(100, right: 1));
        var listed = (await server.GetAsync("/api/profiles")).Body.EnumerateArray().Select(static profile => profile.GetProperty("name").GetString());
        Assert.Equal(("self-consistency-samples-3", 0), (estimate.GetProperty("profile").GetString(), estimate.GetProperty("freeAnswers").GetInt32()));
        var takes = estimate.GetProperty("alternatives").EnumerateArray().ToDictionary(static one => one.GetProperty("profile").GetString()!);
        Assert.Equal(listed, takes.Keys);
        Assert.All(takes.Values, static one => Assert.False(one.TryGetProperty("rejection", out _)));

        // With the samples of the request where the profile takes several, without them where it takes one.
        Assert.Equal((1, 3), (takes["few-shot"].GetProperty("callsPerQuestion").GetInt32(), takes["deferral"].GetProperty("callsPerQuestion").GetInt32()));
        Assert.Equal((3, 100 * 3 * 144), (takes["self-consistency"].GetProperty("callsPerQuestion").GetInt32(), takes["self-consistency"].GetProperty("maxGeneratedTokens").GetInt32()));
        Assert.Equal(100 * 4, takes["few-shot"].GetProperty("expectedGeneratedTokens").GetInt32());
        Assert.True(takes["few-shot"].GetProperty("expectedSeconds").GetDouble() > 0);
        Assert.False(takes["self-consistency"].TryGetProperty("expectedSeconds", out _));

        // The same figures as for each alone.
        var (_, alone) = await server.SendAsync(HttpMethod.Post, "/api/estimates?profile=few-shot", ApiServer.Questions(100, right: 1));
        Assert.Equal(alone.GetProperty("expectedSeconds").GetDouble(), takes["few-shot"].GetProperty("expectedSeconds").GetDouble());
        Assert.Equal(0, alone.GetProperty("alternatives").GetArrayLength());
    }

    [Fact]
    public async Task A_set_without_options_is_known_by_its_free_answers_and_only_profiles_that_write_them_suit_it()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?alternatives=true", "id,question\nq1,What is it?\nq2,And that?\n");
        Assert.Equal((2, 2), (estimate.GetProperty("questions").GetInt32(), estimate.GetProperty("freeAnswers").GetInt32()));
        var suited = Assert.Single(estimate.GetProperty("alternatives").EnumerateArray(), static one => !one.TryGetProperty("rejection", out _));
        Assert.Equal("long-form", suited.GetProperty("profile").GetString());
        Assert.StartsWith("The run would be rejected: none of the 2 questions has options", estimate.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_whose_prefix_is_nowhere_is_warned_of_in_the_words_in_which_the_run_would_be_rejected()
    {
        var folder = Directory.CreateTempSubdirectory("medqa-profiles-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "tuned.json"), """{"name": "tuned", "strategy": "likelihood", "prefix": "cardiology"}""", Cancel);
            await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), profiles: folder);

            var (_, estimate) = await server.SendAsync(HttpMethod.Post, "/api/estimates?profile=tuned", ApiServer.Questions(2, right: 1));
            var warning = estimate.GetProperty("warnings")[0].GetString()!;
            Assert.StartsWith("The run would be rejected: profile tuned uses the prefix 'cardiology', which does not exist.", warning, StringComparison.Ordinal);

            var (_, refused) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=tuned", ApiServer.Questions(2, right: 1));
            Assert.Equal(400, refused.GetProperty("status").GetInt32());
            Assert.Equal(warning, $"The run would be rejected: {refused.GetProperty("detail").GetString()}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("?profile=none", "id,question,option_a,option_b,answer\nq,Is it?,a,b,A\n", "text/csv", 400, "urn:medqa:bad-parameter")]
    [InlineData("", "this is no question set", "text/csv", 400, "urn:medqa:no-question-set")]
    [InlineData("", "", "text/csv", 400, "urn:medqa:empty-body")]
    [InlineData("", "--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x", 415, "urn:medqa:media-type")]
    public async Task What_cannot_be_estimated_gets_a_problem(string parameters, string body, string type, int status, string problem)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        foreach (var address in (string[])["/api/estimates", "/api/runs"])
        {
            using var content = new StringContent(body);
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
            using var response = await server.Client.PostAsync(address + parameters, content, Cancel);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(problem, System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel)).GetProperty("type").GetString());
        }
    }
}
