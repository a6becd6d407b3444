using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedQA.Tests;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using MedQA.Web.Tests.Rating;
using NJsonSchema;

namespace MedQA.Web.Tests.Catalog;

/// <summary>Every route and status of the document is called, and what comes is what the document says.</summary>
public sealed class ContractTests(AzuriteFixture azurite)
{
    private const string Nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a;";
    private static readonly JsonObject Document = JsonNode.Parse(OpenApiDocument.Write())!.AsObject();
    private static readonly string[] Any = ["*/*"];

    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_answers_with_every_status_that_the_document_gives_it()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxUploadBytes = 4096, MaxClickBytes = 4096 });
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        await using var down = await ApiServer.StartWithoutStorageAsync(Nowhere);
        var place = await PlaceAsync(server, held);
        var checkedCalls = 0;
        foreach (var (path, operations) in Document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var name = (string)operation!["operationId"]!;
                foreach (var (status, response) in operation["responses"]!.AsObject())
                {
                    foreach (var call in Calls(name, status, response!, place))
                    {
                        var client = call.Server switch { Where.Held => held.Client, Where.Down => down.Client, _ => server.Client };
                        await CheckAsync(client, new HttpMethod(method.ToUpperInvariant()), call, $"{name} {status}", int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), response!);
                        checkedCalls++;
                    }
                }
            }
        }

        Assert.True(checkedCalls >= ApiRoutes.All.Length * 3, $"Only {checkedCalls} calls.");
        held.Model.Go.SetResult();
    }

    /// <summary>The calls that bring a status of an operation: one per format, one per kind of problem.</summary>
    private static IEnumerable<Call> Calls(string name, string status, JsonNode response, Place place)
    {
        var good = Good(name, place);
        if (status == "503")
        {
            return [good with { Server = Where.Down }];
        }

        if (status == "406")
        {
            return [good with { Accept = "image/png" }];
        }

        if (status == "304")
        {
            return [good with { IsRepeated = true }];
        }

        if (response["x-problems"] is JsonArray problems)
        {
            // These need somebody else to change the storage within the call; the splitter's own tests bring them about.
            return problems.Where(static problem => (string)problem! is not ("urn:medqa:changed" or "urn:medqa:deleted")).Select(problem => Bad(name, (string)problem!, good, place));
        }

        return (name, status) switch
        {
            ("StartRun", "202") => [good with { Body = ApiServer.Questions(3, right: 2) + "new,What?,one,two,three,A\n" }],
            ("CancelRun" or "ApproveRun", "202") => [good with { Path = good.Path.Replace(place.Run, place.HeldRun, StringComparison.Ordinal), Server = Where.Held }],
            ("RetryRun", "202") => [good with { Path = good.Path.Replace(place.Run, place.CancelledRun, StringComparison.Ordinal) }],
            ("DeleteRun", "202") => [good with { Path = $"/api/runs/{place.OtherRun}" }],
            ("CreateStudy", "201") => [good],
            ("DeleteStudy", "204") => [good with { Path = $"/api/studies/{place.Study.Other}" }],
            ("DeleteRater", "204") => [good with { Path = $"/api/studies/{place.Study.Name}/raters/r2" }],
            ("RenewRaterLink", "200") => [good with { Path = $"/api/studies/{place.Study.Name}/raters/r3/link" }],
            ("StopRating", "200") => [good with { Rater = place.Study.Tokens[3] }],
            ("SubmitRating", "200") => [good with { Rater = place.Study.Tokens[4] }],
            ("WatchRun", "204") => [good with { LastEventId = place.LastEvent }],
            ("GetRunFile", "200") => [.. RunFiles.All.Select(file => good with { Path = $"/api/runs/{place.Run}/files/{file.Name}" })],
            _ => response["content"] is JsonObject formats ? formats.Select(format => good with { Accept = format.Key }) : [good],
        };
    }

    private static Call Good(string name, Place place) => name switch
    {
        "StartRun" or "EstimateRun" => new($"/api/{(name == "StartRun" ? "runs" : "estimates")}?profile=few-shot") { Body = place.Questions },
        "ListRuns" => new("/api/runs?take=1"),
        "GetRun" or "DeleteRun" => new($"/api/runs/{place.Run}"),
        "WatchRun" => new($"/api/runs/{place.Run}/events"),
        "CancelRun" => new($"/api/runs/{place.Run}/cancel"),
        "RetryRun" => new($"/api/runs/{place.Run}/retry"),
        "ApproveRun" => new($"/api/runs/{place.Run}/approve"),
        "ListAnswers" => new($"/api/runs/{place.Run}/answers"),
        "GetAnswer" => new($"/api/runs/{place.Run}/answers/questions%2Fq0"),
        "GetReport" => new($"/api/runs/{place.Run}/report"),
        "GetRunFile" => new($"/api/runs/{place.Run}/files/report.json"),
        "CompareRuns" => new($"/api/compare?runs={place.Run},{place.SecondRun}"),
        "ListFlips" => new($"/api/compare/flips?runs={place.Run},{place.SecondRun}"),
        "CreateStudy" => new("/api/studies") { Body = place.Study.Request, ContentType = "application/json" },
        "ListStudies" => new("/api/studies"),
        "GetStudy" or "DeleteStudy" => new($"/api/studies/{place.Study.Name}"),
        "GetStudyReport" => new($"/api/studies/{place.Study.Name}/report"),
        "ListRatings" => new($"/api/studies/{place.Study.Name}/ratings"),
        "RenewRaterLink" => new($"/api/studies/{place.Study.Name}/raters/r3/link"),
        "DeleteRater" => new($"/api/studies/{place.Study.Name}/raters/r2"),
        "ListRubrics" => new("/api/rubrics"),
        "GetRating" => new("/api/rating") { Rater = place.Study.Tokens[0] },
        "SendClicks" => new("/api/rating/clicks") { Rater = place.Study.Tokens[0], Body = place.Study.Clicks, ContentType = "application/json" },
        "AgreeToRate" => new("/api/rating/consent") { Rater = place.Study.Tokens[0] },
        "SubmitRating" => new("/api/rating/submit") { Rater = place.Study.Tokens[0] },
        "StopRating" => new("/api/rating/stop") { Rater = place.Study.Tokens[0] },
        "ListPublishedResults" => new("/api/published-results"),
        "ListProfiles" => new("/api/profiles"),
        "ListModels" => new("/api/models"),
        "GetDocument" => new("/openapi/v1.json"),
        "GetHealth" => new("/healthz"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The document has an operation that no call is known for."),
    };

    private static Call Bad(string name, string problem, Call good, Place place) => problem["urn:medqa:".Length..] switch
    {
        "bad-parameter" => (name switch
        {
            "StartRun" or "EstimateRun" => good with { Path = good.Path.Replace("few-shot", "none", StringComparison.Ordinal) },
            "GetAnswer" => good with { Path = good.Path + "?by=luck" },
            "CompareRuns" => good with { Path = "/api/compare?runs=one" },
            "ListFlips" => good with { Path = good.Path + "&from=-1" },
            "ListRatings" => good with { Path = good.Path + "?history=perhaps" },
            "StopRating" => good with { Path = good.Path + "?remove=perhaps" },
            _ => good with { Path = $"{good.Path.Split('?')[0]}?continuation=AAAAAAAAAA" },
        }) with { Problem = problem },
        "bad-body" => good with { Body = "{}", Problem = problem },
        "rater-link" => good with { Rater = null, Problem = problem },
        "rater-state" => good with { Rater = place.Study.Tokens[name switch { "AgreeToRate" => 6, "SendClicks" => 7, "StopRating" => 5, _ => 0 }], Problem = problem },
        "unknown-study" => good with { Path = good.Path.Replace(place.Study.Name, "aaaaaaaaaaaaaaaa", StringComparison.Ordinal), Problem = problem },
        "unknown-rater" => good with
        {
            Path = good.Path.Replace("/raters/r2", "/raters/r99", StringComparison.Ordinal)
                .Replace("/raters/r3", "/raters/r99", StringComparison.Ordinal),
            Problem = problem,
        },
        "no-question-set" when name == "CreateStudy" => good with { Body = place.Study.Request.Replace("question,answer", "name,age", StringComparison.Ordinal), Problem = problem },
        "no-question-set" => good with { Body = "no question set at all\n", Problem = problem },
        "empty-body" => good with { Body = "", Problem = problem },
        "too-large" => good with { Body = new string('x', 5000), Problem = problem },
        "media-type" => good with { ContentType = "multipart/form-data", Problem = problem },
        "unknown-run" => good with { Path = name is "CompareRuns" or "ListFlips" ? good.Path.Replace(place.SecondRun, "aaaaaaaaaaaaaaaa", StringComparison.Ordinal) : good.Path.Replace(place.Run, "aaaaaaaaaaaaaaaa", StringComparison.Ordinal), Problem = problem },
        "unknown-question" => good with { Path = $"/api/runs/{place.Run}/answers/none", Problem = problem },
        "unknown-file" => good with { Path = $"/api/runs/{place.Run}/files/questions", Problem = problem },
        "no-report" => good with { Path = good.Path.Replace(place.Run, place.HeldRun, StringComparison.Ordinal), Accept = name == "ListAnswers" ? "application/vnd.apache.parquet" : "*/*", Server = Where.Held, Problem = problem },
        "not-possible" => good with { Problem = problem },
        "not-comparable" => good with { Path = $"/api/compare?runs={place.Run},{place.CancelledRun}", Problem = problem },
        _ => throw new ArgumentOutOfRangeException(nameof(problem), problem, $"The document gives {name} a problem that no call is known for."),
    };

    /// <summary>Runs in the states that the calls need.</summary>
    private static async Task<Place> PlaceAsync(ApiServer server, ApiServer held)
    {
        // The rejected row is for rejected.csv.
        var questions = ApiServer.Questions(3, right: 2) + "bad,,one,two,three,A\n";
        var run = await server.FinishedRunAsync(questions);
        var second = await server.FinishedRunAsync(questions, "?profile=chain-of-thought");
        var other = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var (_, waiting) = await held.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", questions);
        var lost = await CancelledAsync(server);
        using var watched = await server.Client.GetAsync($"/api/runs/{run}/events", Cancel);
        var events = await watched.Content.ReadAsStringAsync(Cancel);
        var id = events.Split('\n').Single(static line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..];
        return new Place(questions, run, second, other, waiting.GetProperty("run").GetString()!, lost, id, await StudyAsync(server));
    }

    /// <summary>A study with raters in the states that the calls need.</summary>
    private static async Task<StudyPlace> StudyAsync(ApiServer server)
    {
        var asked = StudyCalls.Request(questions: 9, raters: 9, sources: 1);
        var (_, other, _) = await server.StudyAsync(asked);
        var (_, study, tokens) = await server.StudyAsync(asked);
        foreach (var token in (string[])[tokens[0], tokens[3], tokens[4], tokens[5], tokens[6]])
        {
            await server.BeginAsync(token);
        }

        foreach (var token in (string[])[tokens[4], tokens[5]])
        {
            await server.ClickAsync(token, new { id = StudyCalls.Id(), at = DateTimeOffset.UtcNow, place = 0, kind = "skip", skipped = true });
        }

        await server.AsRaterAsync(tokens[5], HttpMethod.Post, "/api/rating/submit");
        await server.AsRaterAsync(tokens[6], HttpMethod.Post, "/api/rating/stop");
        var clicks = """{"clicks":[{"id":"0123456789abcdef","at":"2026-01-01T00:00:00Z","place":0,"kind":"comment","comment":"Clear."}]}""";
        return new StudyPlace(study, other, tokens, JsonSerializer.Serialize(asked), clicks);
    }

    /// <summary>A run of other questions that was stopped before anything was answered.</summary>
    private static async Task<string> CancelledAsync(ApiServer server)
    {
        server.Model.Hold();
        var (_, started) = await server.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", "id,question,option_a,option_b,answer\nz0,Which one?,one,two,A\nz1,Which other?,one,two,A\nz2,Which then?,one,two,A\n");
        var run = started.GetProperty("run").GetString()!;
        await server.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel");
        server.Model.Go.SetResult();
        await server.UntilAsync(run, "cancelled");
        return run;
    }

    private async Task CheckAsync(HttpClient client, HttpMethod method, Call call, string what, int status, JsonNode response)
    {
        using var answered = await SendAsync(client, method, call, tag: null);
        using var repeated = call.IsRepeated ? await SendAsync(client, method, call, answered.Headers.ETag ?? throw new InvalidOperationException($"{what}: the answer has no ETag.")) : null;
        var answer = repeated ?? answered;
        var body = await answer.Content.ReadAsByteArrayAsync(Cancel);
        var shown = $"{what} {method} {call.Path}: {(int)answer.StatusCode} {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300)))}";
        Assert.True(status == (int)answer.StatusCode, shown);
        SecurityHeaders.Check(answer, shown);
        var type = answer.Content.Headers.ContentType?.MediaType;
        if (response["content"] is not JsonObject formats)
        {
            Assert.True(body.Length == 0, shown);
            return;
        }

        Assert.True(type is not null && formats.ContainsKey(type), $"{shown} has the content type {type}.");
        if (type is "application/json" or "application/problem+json")
        {
            await FitsAsync(formats[type]!["schema"]!, Encoding.UTF8.GetString(body), shown);
        }
        else if (type == "application/x-ndjson")
        {
            foreach (var line in Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await FitsAsync(formats[type]!["schema"]!, line, shown);
            }
        }

        if (call.Problem is { } problem)
        {
            Assert.Equal((problem, status), ((string)JsonNode.Parse(body)!["type"]!, (int)JsonNode.Parse(body)!["status"]!));
        }
    }

    private async Task FitsAsync(JsonNode schema, string json, string shown)
    {
        var key = schema.ToJsonString();
        if (!_schemas.TryGetValue(key, out var known))
        {
            var whole = new JsonObject { ["allOf"] = new JsonArray(schema.DeepClone()), ["definitions"] = Document["components"]!["schemas"]!.DeepClone() };
            known = _schemas[key] = await JsonSchema.FromJsonAsync(whole.ToJsonString().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal), Cancel);
        }

        var errors = known.Validate(json);
        Assert.True(errors.Count == 0, $"{shown}: {string.Join("; ", errors.Select(static error => $"{error.Path}: {error.Kind}"))}");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, Call call, EntityTagHeaderValue? tag)
    {
        using var request = new HttpRequestMessage(method, call.Path);
        request.Headers.Accept.ParseAdd(call.Accept ?? Any[0]);
        if (call.Body is { } body)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        }

        if (call.Rater is { } rater)
        {
            request.Headers.Add("x-medqa-rater", rater);
        }

        if (call.LastEventId is { } last)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        return await client.SendAsync(request, Cancel);
    }

    private enum Where
    {
        Up,
        Held,
        Down,
    }

    private sealed record Call(string Path)
    {
        public string? Body { get; init; }

        public string ContentType { get; init; } = "text/csv";

        public string? Accept { get; init; }

        public string? LastEventId { get; init; }

        public string? Rater { get; init; }

        public bool IsRepeated { get; init; }

        public string? Problem { get; init; }

        public Where Server { get; init; }
    }

    private sealed record Place(string Questions, string Run, string SecondRun, string OtherRun, string HeldRun, string CancelledRun, string LastEvent, StudyPlace Study);

    private sealed record StudyPlace(string Name, string Other, string[] Tokens, string Request, string Clicks);
}
