using System.Net;
using System.Text;
using System.Text.Json;
using MedQA.Client;

namespace MedQA.Web.Tests.Runs;

public sealed class AnnotationHandlersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_people_who_edit_at_once_do_not_overwrite_each_other()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1));
        var empty = await ReadAsync(server, run);
        Assert.Equal("{}", empty.Body);

        var (first, written, tag) = await PutAsync(server, run, """{"displayName":"Ann's","tags":["a","A"," b "],"note":"1\r\n2"}""", empty.Tag);
        Assert.Equal((HttpStatusCode.OK, """{"displayName":"Ann\u0027s","tags":["a","b"],"note":"1\n2"}"""), (first, written));
        var (second, problem, none) = await PutAsync(server, run, """{"displayName":"Ben's"}""", empty.Tag);
        Assert.Equal((HttpStatusCode.PreconditionFailed, null), (second, none));
        Assert.Contains("urn:medqa:precondition", problem, StringComparison.Ordinal);
        Assert.Contains("Read them again", problem, StringComparison.Ordinal);

        var current = await ReadAsync(server, run);
        Assert.Equal((written, tag), current);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await PutAsync(server, run, "{}", $"W/{current.Tag}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, run, """{"note":"3"}""", $"\"other\", {current.Tag}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, run, """{"note":"4"}""", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(server, run, """{"displayName":"5"}""", "*")).Status);

        var (_, shown) = await server.GetAsync($"/api/runs/{run}");
        Assert.Equal("5", shown.GetProperty("displayName").GetString());
        Assert.False(shown.TryGetProperty("note", out _));
    }

    [Theory]
    [InlineData("""{"displayName":5}""", "displayName")]
    [InlineData("""{"tags":["a",null]}""", "tags[1]")]
    [InlineData("""{"tags":"a"}""", "tags")]
    [InlineData("""{"name":"a"}""", "name")]
    [InlineData("""{"note":"a\u0000b"}""", "note")]
    [InlineData("""{"displayName":"a\ud800"}""", "displayName")]
    [InlineData("""{"tags":["a","b\u202ec"]}""", "tags[1]")]
    public async Task What_cannot_be_kept_is_refused_and_names_its_field(string body, string field)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(1, right: 1));
        var run = started.GetProperty("run").GetString()!;
        var (status, text, _) = await PutAsync(server, run, body, null);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, JsonElement.Parse(text).GetProperty("parameter").GetString()));
        Assert.Equal("{}", (await ReadAsync(server, run)).Body);
        server.Model.Go.SetResult();
    }

    [Fact]
    public async Task A_run_that_is_not_there_or_is_being_deleted_has_no_annotation()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        await PutAsync(server, run, """{"displayName":"Mine"}""", null);
        await server.SendAsync(HttpMethod.Delete, $"/api/runs/{run}");
        Assert.Contains((await PutAsync(server, run, """{"displayName":"Mine"}""", null)).Status, (HttpStatusCode[])[HttpStatusCode.Conflict, HttpStatusCode.NotFound]);
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = server.Client.BaseAddress! }, server.Client);
        await Assert.ThrowsAsync<MedQAException>(() => client.GetAnnotationAsync("aaaaaaaaaaaaaaaa", Cancel));
        var unknown = await Assert.ThrowsAsync<MedQAException>(() => client.AnnotateRunAsync("aaaaaaaaaaaaaaaa", new RunAnnotation(), cancellationToken: Cancel));
        Assert.Equal("urn:medqa:unknown-run", unknown.Type);
    }

    [Fact]
    public async Task Runs_are_found_by_what_is_written_about_them()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (one, two) = (await server.FinishedRunAsync(ApiServer.Questions(2, right: 1)), await server.FinishedRunAsync(ApiServer.Questions(3, right: 3)));
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = server.Client.BaseAddress! }, server.Client);
        var stored = await client.GetAnnotationAsync(one, Cancel);
        await client.AnnotateRunAsync(one, new RunAnnotation { DisplayName = "<script>x</script>", Tags = ["Paper"], Note = "the weaker one" }, stored.ETag, Cancel);
        await Assert.ThrowsAsync<MedQAException>(() => client.AnnotateRunAsync(one, new RunAnnotation(), stored.ETag, Cancel));

        async Task<string[]> ListedAsync(RunListQuery query) => [.. await client.AllRunsAsync(query, Cancel).Select(static run => run.Id).ToListAsync(Cancel)];

        Assert.Equal([one], await ListedAsync(new RunListQuery { Search = "WEAKER <script>" }));
        Assert.Equal([one], await ListedAsync(new RunListQuery { Tag = "paper" }));
        Assert.Equal([two, one], await ListedAsync(new RunListQuery { Order = "highestAccuracy" }));
        Assert.Equal([one, two], await ListedAsync(new RunListQuery { Order = "lowestAccuracy", Filter = "completed" }));
        Assert.Empty(await ListedAsync(new RunListQuery { Filter = "rejected" }));
        Assert.Empty(await ListedAsync(new RunListQuery { Search = "neither" }));
        foreach (var query in (string[])["state=wrong", "order=Name", $"search={new string('a', 201)}", $"tag={new string('a', 51)}"])
        {
            var (response, problem) = await server.GetAsync($"/api/runs?{query}");
            Assert.Equal((HttpStatusCode.BadRequest, query.Split('=')[0]), (response.StatusCode, problem.GetProperty("parameter").GetString()));
        }
    }

    private static async Task<(string Body, string? Tag)> ReadAsync(ApiServer server, string run)
    {
        using var response = await server.Client.GetAsync($"/api/runs/{run}/annotation", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.ETag!.IsWeak);
        return (await response.Content.ReadAsStringAsync(Cancel), response.Headers.ETag.ToString());
    }

    private static async Task<(HttpStatusCode Status, string Body, string? Tag)> PutAsync(ApiServer server, string run, string body, string? tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/runs/{run}/annotation") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (tag is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("If-Match", tag));
        }

        using var response = await server.Client.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response.Headers.ETag?.ToString());
    }
}
