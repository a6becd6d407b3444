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
    public async Task Accuracy_by_metadata_is_returned_in_every_format_and_without_names_what_can_be_asked_for()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var set = string.Concat(
            "id,question,option_a,option_b,answer,\"hard, or not\",Year,year,word\n",
            string.Concat(Enumerable.Range(0, 60).Select(static at => $"q{at},Is it {at}?,one,two,{(at % 3 == 0 ? 'A' : 'B')},{(at < 40 ? "hard" : "easy")},{2000 + (at % 2)},x,w{at}\n")));
        var run = await server.FinishedRunAsync(set, "?profile=few-shot&name=set.csv");

        var (_, names) = await server.GetAsync($"/api/runs/{run}/slices");
        Assert.Equal(
            ["hard, or not 60 2", "Year 60 2", "year 60 1", "word 60 51"],
            names.GetProperty("names").EnumerateArray().Select(static name => $"{name.GetProperty("name").GetString()} {name.GetProperty("questions").GetInt32()} {name.GetProperty("values").GetInt32()}"));
        Assert.Empty(names.GetProperty("slices").EnumerateArray());

        var by = Uri.EscapeDataString("""["HARD, or not", "Year"]""");
        var (response, slices) = await server.GetAsync($"/api/runs/{run}/slices?by={by}");
        Assert.Equal(
            ["hard, or not hard 40", "hard, or not easy 20", "Year 2000 30", "Year 2001 30"],
            slices.GetProperty("slices").EnumerateArray().Select(static slice => $"{slice.GetProperty("name").GetString()} {slice.GetProperty("value").GetString()} {slice.GetProperty("questions").GetInt32()}"));
        Assert.Equal(2, slices.GetProperty("tests").GetInt32());
        Assert.False(slices.TryGetProperty("names", out _));
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/slices?by={by}") { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await server.Client.SendAsync(again, Cancel)).StatusCode);
        foreach (var (type, text) in new[] { ("text/markdown", "| hard, or not | easy |"), ("text/html", "<td>easy</td>"), ("application/vnd.medqa.sections+json", "\"easy\"") })
        {
            var (document, _) = await server.GetAsync($"/api/runs/{run}/slices?by={by}", type);
            Assert.Contains(text, await document.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("kind", "No question has metadata named 'kind'; the names are 'Year', 'year', 'word'.")]
    [InlineData("YEAR", "'YEAR' may be 'Year', 'year': write the one that is meant as the question set does.")]
    [InlineData("word", "'word' has more than 50 values, too many to compare: name metadata with fewer.")]
    [InlineData("a,,b", "The parameter 'by' must be 1 to 10 names, separated by commas, or a JSON array of them.")]
    [InlineData("a,b,c,d,e,f,g,h,i,j,k", "The parameter 'by' must be 1 to 10 names, separated by commas, or a JSON array of them.")]
    [InlineData("[null]", "The parameter 'by' must be 1 to 10 names, separated by commas, or a JSON array of them.")]
    [InlineData("[3]", "The parameter 'by' must be names, separated by commas, or a JSON array of them")]
    [InlineData("[", "The parameter 'by' must be names, separated by commas, or a JSON array of them")]
    public async Task Metadata_that_cannot_be_compared_is_named(string by, string message)
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(
            $"id,question,option_a,option_b,answer,Year,year,word\n{string.Concat(Enumerable.Range(0, 51).Select(static at => $"q{at},Is it {at}?,one,two,A,1,2,w{at}\n"))}", "?profile=few-shot&name=set.csv");
        var (response, problem) = await server.GetAsync($"/api/runs/{run}/slices?by={Uri.EscapeDataString(by)}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("by", problem.GetProperty("parameter").GetString());
        Assert.StartsWith(message, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
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
