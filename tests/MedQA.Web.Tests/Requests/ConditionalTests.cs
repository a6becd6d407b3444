using System.Net;
using System.Net.Http.Headers;

namespace MedQA.Web.Tests.Requests;

public sealed class ConditionalTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tag_holds_until_the_answer_changes_and_is_another_one_for_another_format()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(2, right: 1));
        var run = started.GetProperty("run").GetString()!;
        await server.UntilAsync(run, "running");
        var tag = await TagAsync(server, $"/api/runs/{run}", "application/json");
        Assert.Equal(HttpStatusCode.NotModified, await AskAgainAsync(server, $"/api/runs/{run}", "application/json", tag));

        server.Model.Go.SetResult();
        await server.UntilAsync(run, "completed");
        Assert.Equal(HttpStatusCode.OK, await AskAgainAsync(server, $"/api/runs/{run}", "application/json", tag));

        var answers = $"/api/runs/{run}/answers";
        var tags = new HashSet<EntityTagHeaderValue>();
        foreach (var format in (string[])["application/json", "application/x-ndjson", "text/csv"])
        {
            var known = await TagAsync(server, answers, format);
            Assert.Equal(HttpStatusCode.NotModified, await AskAgainAsync(server, answers, format, known));
            Assert.True(tags.Add(known));
        }

        Assert.Equal(HttpStatusCode.OK, await AskAgainAsync(server, $"{answers}?filter=wrong", "text/csv", await TagAsync(server, answers, "text/csv")));
    }

    [Fact]
    public async Task A_continuation_is_good_for_its_own_list_only()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var first = await server.FinishedRunAsync(ApiServer.Questions(4, right: 0));
        var second = await server.FinishedRunAsync(ApiServer.Questions(5, right: 0));
        var (_, page) = await server.GetAsync($"/api/runs/{first}/answers?filter=wrong&take=2");
        var continuation = page.GetProperty("continuation").GetString()!;

        var (good, next) = await server.GetAsync($"/api/runs/{first}/answers?filter=wrong&take=2&continuation={continuation}");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(["q2", "q3"], next.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("id").GetString()));

        var changed = $"{continuation[..^1]}{(continuation[^1] == 'A' ? 'E' : 'A')}";
        foreach (var address in (string[])[$"/api/runs/{second}/answers?filter=wrong&continuation={continuation}", $"/api/runs/{first}/answers?continuation={continuation}", $"/api/runs?continuation={continuation}", $"/api/runs/{first}/answers?filter=wrong&continuation={changed}"])
        {
            var (refused, problem) = await server.GetAsync(address);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal("continuation", problem.GetProperty("parameter").GetString());
        }
    }

    private static async Task<EntityTagHeaderValue> TagAsync(ApiServer server, string address, string accept)
    {
        var (response, _) = await server.GetAsync(address, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.ETag!;
    }

    private static async Task<HttpStatusCode> AskAgainAsync(ApiServer server, string address, string accept, EntityTagHeaderValue tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd(accept);
        request.Headers.IfNoneMatch.Add(tag);
        using var response = await server.Client.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
