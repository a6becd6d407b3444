using System.Net;
using System.Text.Json;

namespace MedQA.Web.Tests.Answers;

public sealed class MetadataTests(AzuriteFixture azurite)
{
    private const string Set = "id,question,w,x,right_letter,difficulty,year\nq0,Is it one?,one,two,A,hard,2019\nq1,Is it two?,one,two,A,easy,2019\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_is_mapped_estimated_run_and_filtered_by_metadata()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var map = Uri.EscapeDataString("option_a=w,option_b=x,gold=right_letter");
        var (refused, why) = await server.SendAsync(HttpMethod.Post, "/api/estimates?map=gold=answer", Set);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("'answer' is mapped (gold), and no column has that name", why.GetProperty("detail").GetString(), StringComparison.Ordinal);

        var (_, estimate) = await server.SendAsync(HttpMethod.Post, $"/api/estimates?map={map}", Set);
        Assert.Equal(["difficulty", "year"], estimate.GetProperty("metadata").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal((2, 2), (estimate.GetProperty("questions").GetInt32(), estimate.GetProperty("graded").GetInt32()));
        Assert.False((await server.SendAsync(HttpMethod.Post, "/api/estimates", ApiServer.Questions(2, right: 1))).Body.TryGetProperty("metadata", out _));

        var run = await server.FinishedRunAsync(Set, $"?profile=few-shot&name=set.csv&map={map}");
        Assert.Equal(["q0"], await IdsAsync(server, run, "difficulty:hard"));
        Assert.Equal(["q0", "q1"], await IdsAsync(server, run, """{"year":"2019"}"""));
        Assert.Equal([], await IdsAsync(server, run, """{"year":"2019","difficulty":"odd"}"""));
        var (_, detail) = await server.GetAsync($"/api/runs/{run}/answers/q1");
        Assert.Equal("easy", detail.GetProperty("question").GetProperty("metadata").GetProperty("difficulty").GetString());
        var (lines, _) = await server.GetAsync($"/api/runs/{run}/answers", "application/x-ndjson");
        Assert.Contains("\"metadata\":{\"difficulty\":\"hard\",\"year\":\"2019\"}", await lines.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var (csv, _) = await server.GetAsync($"/api/runs/{run}/answers", "text/csv");
        Assert.Contains(",meta:difficulty,meta:year\r\n", await csv.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("meta=hard", "application/json", "meta")]
    [InlineData("meta=difficulty:hard", "text/csv", "meta")]
    public async Task A_filter_that_is_none_or_cannot_be_applied_is_refused(string query, string accept, string parameter)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 1));
        var (response, problem) = await server.GetAsync($"/api/runs/{run}/answers?{query}", accept);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(parameter, (problem.ValueKind == JsonValueKind.Undefined ? JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel)) : problem).GetProperty("parameter").GetString());
    }

    [Fact]
    public async Task A_map_that_is_none_is_refused()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var (response, problem) = await server.SendAsync(HttpMethod.Post, "/api/runs?map=right=x", Set);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("map", problem.GetProperty("parameter").GetString());
    }

    private static async Task<IEnumerable<string?>> IdsAsync(ApiServer server, string run, string meta) =>
        (await server.GetAsync($"/api/runs/{run}/answers?meta={Uri.EscapeDataString(meta)}")).Body.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("id").GetString());
}
