using System.Net;
using MedQA.Web.Tests.Rating;

namespace MedQA.Web.Tests.Reports;

public sealed class ReportHandlersTests(AzuriteFixture azurite)
{
    private const string Sections = "application/vnd.medqa.sections+json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_report_comes_as_JSON_and_as_Markdown_and_is_not_sent_twice()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(4, right: 1));

        var (json, report) = await server.GetAsync($"/api/runs/{run}/report");
        Assert.Equal($"\"{run}-1\"", json.Headers.ETag?.Tag);
        Assert.Equal(1, report.GetProperty("accuracy").GetProperty("correct").GetInt32());
        Assert.Equal(4, report.GetProperty("accuracy").GetProperty("scored").GetInt32());

        var (markdown, _) = await server.GetAsync($"/api/runs/{run}/report", "text/markdown");
        Assert.Equal("text/markdown", markdown.Content.Headers.ContentType?.MediaType);
        Assert.Contains("25.0 %", await markdown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        var (html, _) = await server.GetAsync($"/api/runs/{run}/report", "text/html");
        Assert.Equal("text/html", html.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("<!DOCTYPE html>", await html.Content.ReadAsStringAsync(Cancel), StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/report");
        request.Headers.IfNoneMatch.Add(json.Headers.ETag!);
        using var known = await server.Client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal("", await known.Content.ReadAsStringAsync(Cancel));

        using var otherFormat = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/report");
        otherFormat.Headers.IfNoneMatch.Add(markdown.Headers.ETag!);
        using var other = await server.Client.SendAsync(otherFormat, Cancel);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Every_format_of_a_document_has_its_type_its_own_tag_and_says_what_it_varies_with()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Paired(ApiServer.Questions(4, right: 1));
        var (first, second) = (await server.FinishedRunAsync(questions), await server.FinishedRunAsync(questions, "?profile=chain-of-thought"));
        var (_, study, _) = await server.StudyAsync(StudyCalls.Request());
        foreach (var address in (string[])[$"/api/runs/{first}/report", $"/api/runs/{first}/pairs", $"/api/compare?runs={first},{second}", $"/api/studies/{study}/report"])
        {
            var tags = new List<string>();
            foreach (var format in (string[])["application/json", "text/markdown", "text/html", Sections])
            {
                var (response, _) = await server.GetAsync(address, format);
                Assert.Equal(format, response.Content.Headers.ContentType?.MediaType);
                Assert.Contains("Accept", response.Headers.Vary);
                tags.Add(response.Headers.ETag!.Tag);
                using var again = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { IfNoneMatch = { response.Headers.ETag }, Accept = { new(format) } } };
                using var known = await server.Client.SendAsync(again, Cancel);
                Assert.Equal((HttpStatusCode.NotModified, response.Headers.ETag), (known.StatusCode, known.Headers.ETag));
            }

            Assert.Equal(4, tags.Distinct().Count());
        }
    }

    [Fact]
    public async Task Pairs_are_compared_by_the_columns_and_with_the_group_that_a_caller_names()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Paired(ApiServer.Questions(12, right: 9));
        var run = await server.FinishedRunAsync(questions);
        var renamed = await server.FinishedRunAsync(questions.Replace("pair,group", "vignette id,sex", StringComparison.Ordinal));

        var (_, pairs) = await server.GetAsync($"/api/runs/{run}/pairs");
        Assert.Equal(("male", 6, 5, 6), (pairs.GetProperty("reference").GetString(), pairs.GetProperty("pairs").GetInt32(), pairs.GetProperty("comparable").GetInt32(), pairs.GetProperty("scored").GetInt32()));
        var (_, report) = await server.GetAsync($"/api/runs/{run}/report");
        Assert.Equal(pairs.GetRawText(), report.GetProperty("pairs").GetRawText().Replace("\n  ", "\n", StringComparison.Ordinal));
        var (_, female) = await server.GetAsync($"/api/runs/{renamed}/pairs?pair=vignette_id&group=Sex&reference=Female");
        Assert.Equal(("female", "vignette id", 6), (female.GetProperty("reference").GetString(), female.GetProperty("pairColumn").GetString(), female.GetProperty("pairs").GetInt32()));
        var (_, unpaired) = await server.GetAsync($"/api/runs/{renamed}/report");
        Assert.False(unpaired.TryGetProperty("pairs", out _));

        foreach (var (query, parameter, said) in ((string, string, string)[])
        [
            ("", "pair", "No question has metadata named 'pair'"),
            ("?pair=vignette%20id&group=none", "group", "there is 'vignette id', 'sex'"),
            ("?pair=sex&group=sex", "group", "'sex' cannot name both"),
            ("?pair=vignette%20id&group=sex&reference=none", "reference", "There is no group 'none'; the groups are 'male', 'female'."),
        ])
        {
            var (refused, problem) = await server.GetAsync($"/api/runs/{renamed}/pairs{query}");
            Assert.Equal((HttpStatusCode.BadRequest, parameter), (refused.StatusCode, problem.GetProperty("parameter").GetString()));
            Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_run_is_judged_by_a_policy_as_JSON_as_Markdown_and_as_JUnit()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(12, right: 9);
        var (run, baseline) = (await server.FinishedRunAsync(questions), await server.FinishedRunAsync(questions, "?profile=chain-of-thought"));
        const string Policy = """{"title":"Release","rules":[{"measure":"accuracy","least":0.3},{"measure":"failures","most":0},{"measure":"loss","most":0.9},{"measure":"cost","most":0}]}""";

        using var json = await JudgeAsync(run, Policy, "application/json", baseline);
        var report = System.Text.Json.JsonElement.Parse(await json.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(("pass", 2), (report.GetProperty("outcome").GetString(), report.GetProperty("familySize").GetInt32()));
        Assert.Equal(["pass", "pass", "pass", "pass"], report.GetProperty("rules").EnumerateArray().Select(static rule => rule.GetProperty("outcome").GetString()));
        Assert.Equal(0.75, report.GetProperty("rules")[0].GetProperty("value").GetDouble());

        using var markdown = await JudgeAsync(run, Policy.Replace("0.3", "0.9999", StringComparison.Ordinal), "text/markdown", baseline);
        Assert.StartsWith("# Gate: FAIL – Release", await markdown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var junit = await JudgeAsync(run, Policy.Replace("0.3", "0.75", StringComparison.Ordinal), "application/xml", baseline);
        Assert.Equal("application/xml", junit.Content.Headers.ContentType?.MediaType);
        var suite = System.Xml.Linq.XDocument.Parse(await junit.Content.ReadAsStringAsync(Cancel)).Root!.Element("testsuite")!;
        Assert.Equal(("0", "1"), (suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));

        foreach (var (policy, other, status, said) in ((string, string?, HttpStatusCode, string)[])
        [
            (Policy.Replace("\"least\":0.3", "\"least\":30", StringComparison.Ordinal), baseline, HttpStatusCode.BadRequest, "rules[0].least"),
            (Policy, null, HttpStatusCode.BadRequest, "baseline"),
            (Policy, "aaaaaaaaaaaaaaaa", HttpStatusCode.NotFound, "aaaaaaaaaaaaaaaa"),
        ])
        {
            using var refused = await JudgeAsync(run, policy, "application/json", other);
            Assert.Equal(status, refused.StatusCode);
            Assert.Contains(said, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        async Task<HttpResponseMessage> JudgeAsync(string judged, string policy, string accept, string? against)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{judged}/gate{(against is null ? "" : $"?baseline={against}")}")
            {
                Content = new StringContent(policy, System.Text.Encoding.UTF8, "application/json"),
            };
            request.Headers.Accept.ParseAdd(accept);
            return await server.Client.SendAsync(request, Cancel);
        }
    }

    [Fact]
    public async Task The_blocks_of_a_report_are_those_that_its_Markdown_is_written_of()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(4, right: 1));
        var (_, document) = await server.GetAsync($"/api/runs/{run}/report", Sections);
        var (markdown, _) = await server.GetAsync($"/api/runs/{run}/report", "text/markdown");
        var headings = document.GetProperty("blocks").EnumerateArray().Where(static block => block.GetProperty("kind").GetString() == "heading" && block.GetProperty("level").GetInt32() == 2).Select(static block => $"## {block.GetProperty("text").GetString()}");
        Assert.Equal((await markdown.Content.ReadAsStringAsync(Cancel)).Split('\n').Where(static line => line.StartsWith("## ", StringComparison.Ordinal)), headings);
        Assert.Equal("25.0 %", document.GetProperty("summary")[0].GetProperty("figure").GetString());
    }

    [Fact]
    public async Task Before_the_end_there_is_no_report()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", ApiServer.Questions(1, right: 1));
        var run = started.GetProperty("run").GetString()!;
        var (response, problem) = await server.GetAsync($"/api/runs/{run}/report");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("urn:medqa:no-report", problem.GetProperty("type").GetString());
        server.Model.Go.SetResult();
        await server.UntilAsync(run, "completed");
    }

    [Fact]
    public async Task Runs_are_compared_on_the_questions_that_they_share()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(6, right: 4);
        var (first, second) = (await server.FinishedRunAsync(questions), await server.FinishedRunAsync(questions, "?profile=chain-of-thought"));

        var (_, comparison) = await server.GetAsync($"/api/compare?runs={first},{second}");
        Assert.Equal(6, comparison.GetProperty("pairs")[0].GetProperty("questions").GetInt32());
        Assert.Equal(135_000_000, comparison.GetProperty("accuracies")[0].GetProperty("modelFacts").GetProperty("parameters").GetInt64());
        var (_, resource) = await server.GetAsync($"/api/runs/{first}");
        Assert.Equal((135_000_000, "scripted"), (resource.GetProperty("parameters").GetInt64(), resource.GetProperty("family").GetString()));
        var (markdown, _) = await server.GetAsync($"/api/compare?runs={first},{second}", "text/markdown");
        Assert.Contains("McNemar", await markdown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.False(comparison.GetProperty("pairs")[0].TryGetProperty("anytime", out _));
        var (_, anytime) = await server.GetAsync($"/api/compare?runs={first},{second}&anytime=true");
        Assert.Equal(6, anytime.GetProperty("pairs")[0].GetProperty("anytime").GetProperty("questions").GetInt32());

        var other = await server.FinishedRunAsync("id,question,option_a,option_b,answer\nother,Is it?,one,two,A\n");
        foreach (var (runs, status, type) in ((string, HttpStatusCode, string)[])
            [(first, HttpStatusCode.BadRequest, "bad-parameter"), ($"{first},none", HttpStatusCode.NotFound, "unknown-run"), ($"{first},{other}", HttpStatusCode.Conflict, "not-comparable")])
        {
            var (response, problem) = await server.GetAsync($"/api/compare?runs={runs}");
            Assert.Equal(status, response.StatusCode);
            Assert.Equal($"urn:medqa:{type}", problem.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task Questions_that_only_one_of_two_runs_answered_right_are_listed_page_by_page()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var questions = ApiServer.Questions(5, right: 3);

        // One says B, the other A, which is right for nothing.
        var (first, second) = (await server.FinishedRunAsync(questions), await server.FinishedRunAsync(questions, "?profile=likelihood"));
        var (_, page) = await server.GetAsync($"/api/compare/flips?runs={first},{second}&take=2");
        Assert.Equal(["q0", "q1"], page.GetProperty("flips").EnumerateArray().Select(static flip => flip.GetProperty("id").GetString()));
        var flip = page.GetProperty("flips")[0];
        Assert.Equal(("What is 0?", "B"), (flip.GetProperty("text").GetString(), flip.GetProperty("gold").GetString()));
        Assert.Equal((true, false, "A"), (flip.GetProperty("first").GetProperty("correct").GetBoolean(), flip.GetProperty("second").GetProperty("correct").GetBoolean(), flip.GetProperty("second").GetProperty("answer").GetString()));
        var (_, last) = await server.GetAsync($"/api/compare/flips?runs={first},{second}&take=2&from={page.GetProperty("next").GetInt32()}");
        Assert.Equal("q2", Assert.Single(last.GetProperty("flips").EnumerateArray()).GetProperty("id").GetString());
        Assert.False(last.TryGetProperty("next", out _));

        var (refused, _) = await server.GetAsync($"/api/compare/flips?runs={first}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }
}
