using System.Net;
using System.Text.Json;

namespace MedQA.Web.Tests.Answers;

public sealed class AnswerHandlersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_come_in_the_order_of_the_questions_page_by_page()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(7, right: 4));

        var ids = new List<string>();
        string? continuation = null;
        do
        {
            var (response, page) = await server.GetAsync($"/api/runs/{run}/answers?take=3{(continuation is null ? "" : $"&continuation={continuation}")}");
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            ids.AddRange(page.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("id").GetString()!));
            continuation = page.TryGetProperty("continuation", out var next) ? next.GetString() : null;
        }
        while (continuation is not null);
        Assert.Equal(Enumerable.Range(0, 7).Select(static i => $"q{i}"), ids);
    }

    [Fact]
    public async Task A_filter_gives_what_it_names()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(7, right: 4));

        var (_, wrong) = await server.GetAsync($"/api/runs/{run}/answers?filter=wrong");
        Assert.Equal(["q4", "q5", "q6"], wrong.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("id").GetString()));

        var (response, problem) = await server.GetAsync($"/api/runs/{run}/answers?filter=2");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("lowAgreement", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_answers_stream_as_lines_or_as_a_table()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = "id,question,option_a,option_b,answer\n=1+1,Is it?,one,two,B\n\"a,\"\"b\",Is it?,one,two,A\n";
        var run = await server.FinishedRunAsync(questions);

        var (lines, _) = await server.GetAsync($"/api/runs/{run}/answers", "application/x-ndjson");
        Assert.Equal("application/x-ndjson", lines.Content.Headers.ContentType?.MediaType);
        var rows = (await lines.Content.ReadAsStringAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonElement.Parse(line)).ToArray();
        Assert.Equal(["=1+1", "a,\"b"], rows.Select(static row => row.GetProperty("id").GetString()));

        var (csv, _) = await server.GetAsync($"/api/runs/{run}/answers", "text/csv");
        Assert.Equal("text/csv; charset=utf-8", csv.Content.Headers.ContentType?.ToString());
        var table = (await csv.Content.ReadAsStringAsync(Cancel)).Split("\r\n");
        Assert.StartsWith("ordinal,id,dataset,", table[0], StringComparison.Ordinal);
        Assert.StartsWith("0,'=1+1,", table[1], StringComparison.Ordinal);
        Assert.StartsWith("1,\"a,\"\"b\",", table[2], StringComparison.Ordinal);
        Assert.Contains(",B,B,true,1,0,false,1,10,4,", table[1], StringComparison.Ordinal);

        const string Parquet = "application/vnd.apache.parquet";
        var (parquet, _) = await server.GetAsync($"/api/runs/{run}/answers", Parquet);
        Assert.Equal(Parquet, parquet.Content.Headers.ContentType?.ToString());
        Assert.Equal("PAR1"u8.ToArray(), (await parquet.Content.ReadAsByteArrayAsync(Cancel))[..4]);
        var (refused, problem) = await server.GetAsync($"/api/runs/{run}/answers?filter=wrong", Parquet);
        Assert.Equal((HttpStatusCode.BadRequest, "filter"), (refused.StatusCode, problem.GetProperty("parameter").GetString()));
    }

    [Fact]
    public async Task A_format_that_is_not_offered_gets_406()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var (response, problem) = await server.GetAsync($"/api/runs/{run}/answers", "image/png");
        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
        Assert.Equal("The available formats are application/json, application/x-ndjson, text/csv, application/vnd.apache.parquet.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task One_question_comes_with_every_reasoning_and_vote()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(2, right: 2), "?profile=self-consistency");

        var (_, detail) = await server.GetAsync($"/api/runs/{run}/answers/q1");
        Assert.Equal("What is 1?", detail.GetProperty("question").GetProperty("text").GetString());
        var answer = detail.GetProperty("answer");
        Assert.Equal([2, 9, 0], answer.GetProperty("votes").EnumerateArray().Select(static votes => votes.GetInt32()));
        Assert.Equal(11, answer.GetProperty("reasonings").GetArrayLength());
        Assert.Equal("endToken", answer.GetProperty("reasonings")[0].GetProperty("end").GetString());

        var (missing, problem) = await server.GetAsync($"/api/runs/{run}/answers/none");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("urn:medqa:unknown-question", problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task While_a_run_goes_on_there_are_no_answers_yet_and_no_error()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(2, right: 2));
        var (response, page) = await server.GetAsync($"/api/runs/{started.GetProperty("run").GetString()}/answers");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, page.GetProperty("answers").GetArrayLength());
        server.Model.Go.SetResult();
        await server.UntilAsync(started.GetProperty("run").GetString()!, "completed");
    }

    [Fact]
    public async Task Pages_say_how_questions_begin_how_many_there_are_and_find_words()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync("id,topic,question,option_a,option_b,answer\none,Heart,Which valve FAILS?,mitral,aortic,B\ntwo,,Which gland fails?,thyroid,adrenal,A\n");
        var (_, all) = await server.GetAsync($"/api/runs/{run}/answers");
        Assert.Equal(2, all.GetProperty("total").GetInt32());
        Assert.Equal(["Which valve FAILS?", "Which gland fails?"], all.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("text").GetString()));

        foreach (var (words, filter, found) in ((string, string, string[])[])
            [("fails", "all", ["one", "two"]), ("FAILS gland", "all", ["two"]), ("adrenal", "all", ["two"]), ("heart", "all", ["one"]), ("nothing", "all", []), ("fails", "wrong", ["two"])])
        {
            var (_, page) = await server.GetAsync($"/api/runs/{run}/answers?search={Uri.EscapeDataString(words)}&filter={filter}");
            Assert.Equal(found, page.GetProperty("answers").EnumerateArray().Select(static answer => answer.GetProperty("id").GetString()));
        }

        var (_, sorted) = await server.GetAsync($"/api/runs/{run}/answers?order=length&take=1");
        Assert.Equal(2, sorted.GetProperty("total").GetInt32());
        Assert.Single(sorted.GetProperty("answers").EnumerateArray());
        foreach (var parameter in (string[])["order=shortest", "agreementBelow=2", "agreementBelow=x", $"search={new string('a', 201)}"])
        {
            var (response, problem) = await server.GetAsync($"/api/runs/{run}/answers?{parameter}");
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(parameter[..parameter.IndexOf('=', StringComparison.Ordinal)], problem.GetProperty("parameter").GetString());
        }

        var (streamed, _) = await server.GetAsync($"/api/runs/{run}/answers?search=fails", "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, streamed.StatusCode);
    }

    [Fact]
    public async Task A_question_is_found_by_its_place_too()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync("id,dataset,question,option_a,option_b,answer\n7/b,one,First?,a,b,B\n7/b,two,Second?,a,b,A\n");
        var (_, second) = await server.GetAsync($"/api/runs/{run}/answers/1?by=ordinal");
        Assert.Equal("Second?", second.GetProperty("question").GetProperty("text").GetString());
        foreach (var (address, status) in ((string, HttpStatusCode)[])[("2?by=ordinal", HttpStatusCode.NotFound), ("x?by=ordinal", HttpStatusCode.NotFound), ("1?by=place", HttpStatusCode.BadRequest)])
        {
            var (response, _) = await server.GetAsync($"/api/runs/{run}/answers/{address}");
            Assert.Equal(status, response.StatusCode);
        }
    }
}
