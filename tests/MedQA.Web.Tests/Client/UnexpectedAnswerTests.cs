using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MedQA.Client;

namespace MedQA.Web.Tests.Client;

/// <summary>What the typed client makes of answers that no service of ours gives: something stands in front of it, or it is another one.</summary>
public sealed class UnexpectedAnswerTests
{
    private const string Page = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr></body></html>";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Every call that reads an answer.</summary>
    public static TheoryData<string> Calls => [.. All.Keys];

    private static Dictionary<string, Func<MedQAClient, Task>> All { get; } = new()
    {
        ["StartRun"] = static client => client.StartRunAsync(new MemoryStream("question"u8.ToArray()), "set.csv", cancellationToken: Cancel),
        ["Estimate"] = static client => client.EstimateAsync(new MemoryStream("question"u8.ToArray()), "set.csv", cancellationToken: Cancel),
        ["ListRuns"] = static client => client.ListRunsAsync(cancellationToken: Cancel),
        ["AllRuns"] = static async client => await client.AllRunsAsync(cancellationToken: Cancel).CountAsync(Cancel),
        ["GetRun"] = static client => client.GetRunAsync("run", Cancel),
        ["WatchRun"] = static async client => await client.WatchRunAsync("run", Cancel).CountAsync(Cancel),
        ["CancelRun"] = static client => client.CancelRunAsync("run", Cancel),
        ["DeleteRun"] = static client => client.DeleteRunAsync("run", Cancel),
        ["ListAnswers"] = static client => client.ListAnswersAsync("run", cancellationToken: Cancel),
        ["AllAnswers"] = static async client => await client.AllAnswersAsync("run", cancellationToken: Cancel).CountAsync(Cancel),
        ["GetAnswer"] = static client => client.GetAnswerAsync("run", "question", Cancel),
        ["OpenReport"] = static client => client.OpenReportAsync("run", ReportFormat.Markdown, Cancel),
        ["OpenFile"] = static client => client.OpenFileAsync("run", "answers.csv", Cancel),
        ["OpenSlices"] = static client => client.OpenSlicesAsync("one", ["year"], ReportFormat.Markdown, Cancel),
        ["OpenComparison"] = static client => client.OpenComparisonAsync(["one", "other"], ReportFormat.Markdown, cancellationToken: Cancel),
        ["OpenPairs"] = static client => client.OpenPairsAsync("run", format: ReportFormat.Markdown, cancellationToken: Cancel),
        ["OpenGate"] = static client => client.OpenGateAsync("run", "{}"u8.ToArray(), format: GateFormat.Markdown, cancellationToken: Cancel),
        ["CreateStudy"] = static client => client.CreateStudyAsync(new StudyRequest { Name = "n", Rubric = JsonElement.Parse("\"lay-2\""), Sources = [], Raters = [] }, Cancel),
        ["ListStudies"] = static client => client.ListStudiesAsync(Cancel),
        ["GetStudy"] = static client => client.GetStudyAsync("study", Cancel),
        ["RenewRaterLink"] = static client => client.RenewRaterLinkAsync("study", "r1", Cancel),
        ["OpenStudyReport"] = static client => client.OpenStudyReportAsync("study", ReportFormat.Markdown, Cancel),
        ["OpenRatings"] = static client => client.OpenRatingsAsync("study", "text/csv", cancellationToken: Cancel),
        ["ListProfiles"] = static client => client.ListProfilesAsync(cancellationToken: Cancel),
        ["ListModels"] = static client => client.ListModelsAsync(Cancel),
        ["ListPublishedResults"] = static client => client.ListPublishedResultsAsync(Cancel),
        ["GetHealth"] = static client => client.GetHealthAsync(Cancel),
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Whatever_is_answered_the_caller_is_told_by_whom_and_what(string call)
    {
        foreach (var (type, body, said) in ((string, string, string)[])
        [
            ("application/json", "{}", "'{}'"),
            ("application/json", "null", "'null'"),
            ("application/json", "[null]", "'[null]'"),
            ("application/json", """{"runs":[null],"answers":[null]}""", """'{"runs":[null]"""),
            ("application/json", "", "without a body"),
            ("application/json", """{"run":"x",""", """'{"run":"x",'"""),
            ("text/html", Page, "text/html '<!doctype html>"),
        ])
        {
            var fault = await FaultAsync(call, HttpStatusCode.OK, () => Text(body, type));

            // What is no JSON in any case is told by its type alone.
            var isOther = All.ContainsKey(call) && (call.StartsWith("Open", StringComparison.Ordinal) || call is "WatchRun" or "AllAnswers");
            Assert.Contains(isOther ? $"and {type}, but " : said, fault.Message, StringComparison.Ordinal);
            Assert.Null(fault.Status);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080/api", "must not include /api, which the client adds; use http://127.0.0.1:5080.")]
    [InlineData("http://127.0.0.1:5080/api/", "must not include /api, which the client adds; use http://127.0.0.1:5080.")]
    [InlineData("https://example.com/medqa/API", "must not include /api, which the client adds; use https://example.com/medqa.")]
    [InlineData("https://example.com/dashboard", "did you mean https://example.com?")]
    [InlineData("https://example.com/", null)]
    public async Task Where_nothing_is_there_an_endpoint_with_a_path_is_said(string endpoint, string? hint)
    {
        foreach (var (type, body, isHinted) in ((string, string, bool)[])
        [
            ("application/problem+json", """{"type":"urn:medqa:unknown-address","title":"t","status":404,"detail":"There is no such address."}""", true),
            ("application/problem+json", """{"type":"urn:medqa:unknown-run","title":"t","status":404,"detail":"There is no such run."}""", false),
            ("text/html", Page, true),
        ])
        {
            using var http = new HttpClient(new Answering(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound) { Content = Text(body, type) })));
            using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri(endpoint) }, http);
            var fault = await Assert.ThrowsAsync<MedQAException>(() => client.GetRunAsync("run", Cancel));
            Assert.Equal(isHinted && hint is not null, fault.Message.Contains("The endpoint http", StringComparison.Ordinal));
            Assert.EndsWith(isHinted && hint is not null ? hint : ".", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_proxy_s_page_is_told_with_its_status(string call)
    {
        var fault = await FaultAsync(call, HttpStatusCode.BadGateway, static () => Text(Page, "text/html"));
        Assert.Contains("responded with status 502 (Bad Gateway) and text/html '<!doctype html> <html>", fault.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, fault.Status);

        foreach (var body in (string[])["", "{}", "null", "{\"title\":"])
        {
            var broken = await FaultAsync(call, HttpStatusCode.ServiceUnavailable, () => Text(body, "application/problem+json"));
            Assert.Contains("responded with status 503 (Service Unavailable) and application/problem+json", broken.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task An_answer_that_breaks_off_is_said_to_do_so(string call)
    {
        // Streams are the caller's to read, and a watched run is come back to.
        if (call.StartsWith("Open", StringComparison.Ordinal) || call == "WatchRun")
        {
            return;
        }

        var fault = await FaultAsync(call, HttpStatusCode.OK, () => new StreamContent(new Breaking())
        {
            Headers = { ContentType = new MediaTypeHeaderValue(call == "AllAnswers" ? "application/x-ndjson" : "application/json") },
        });
        Assert.Contains(", but the body ended early: The cable is cut.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_searched_for_is_not_repeated()
    {
        using var http = new HttpClient(new Answering(static _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = Text("{}", "application/json") })));
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("https://example.test") }, http);
        var fault = await Assert.ThrowsAsync<MedQAException>(() => client.ListAnswersAsync("run", new AnswerQuery { Search = "rash" }, cancellationToken: Cancel));
        Assert.Contains("https://example.test/api/runs/run/answers responded with status 200", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rash", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_never_begin_are_not_waited_for_without_end()
    {
        var fault = await FaultAsync("WatchRun", HttpStatusCode.OK, static () => Text("", "text/event-stream"));
        Assert.Contains("The event stream of run run at https://example.test/base/ ended", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_takes_longer_than_the_caller_s_client_waits_is_no_cancellation()
    {
        using var http = new HttpClient(new Answering(static async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            throw new InvalidOperationException("Nothing stops the wait.");
        }))
        { Timeout = TimeSpan.FromMilliseconds(50) };
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("https://example.test") }, http);
        Assert.Contains("has not responded within", (await Assert.ThrowsAsync<MedQAException>(() => client.GetHealthAsync(Cancel))).Message, StringComparison.Ordinal);
    }

    private static async Task<MedQAException> FaultAsync(string call, HttpStatusCode status, Func<HttpContent> content)
    {
        using var http = new HttpClient(new Answering(_ => Task.FromResult(new HttpResponseMessage(status) { Content = content() })));
        using var client = new MedQAClient(new MedQAClientOptions { Endpoint = new Uri("https://example.test/base") }, http);
        var fault = await Assert.ThrowsAsync<MedQAException>(() => All[call](client));
        Assert.Contains("https://example.test/base/", fault.Message, StringComparison.Ordinal);
        return fault;
    }

    private static StringContent Text(string body, string type) => new(body, Encoding.UTF8, type);

    private sealed class Answering(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await answer(cancellationToken);
            response.RequestMessage = request;
            return response;
        }
    }

    private sealed class Breaking : MemoryStream
    {
        private bool _begun;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_begun)
            {
                throw new IOException("The cable is cut.");
            }

            _begun = true;
            buffer.Span[0] = (byte)'{';
            return ValueTask.FromResult(1);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new IOException("The cable is cut.");
    }
}
