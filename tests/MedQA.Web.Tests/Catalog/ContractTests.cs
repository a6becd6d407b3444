using System.Text;
using System.Text.Json.Nodes;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using NJsonSchema;

namespace MedQA.Web.Tests.Catalog;

/// <summary>Every route and status of the document is called, and what comes is what the document says.</summary>
public sealed class ContractTests(AzuriteFixture azurite)
{
    private const string Nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;QueueEndpoint=http://127.0.0.1:9/a;TableEndpoint=http://127.0.0.1:9/a;";
    private static readonly JsonObject Document = JsonNode.Parse(OpenApiDocumentTests.Document)!.AsObject();

    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_answers_with_every_status_that_the_document_gives_it()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { MaxUploadBytes = 4096, MaxClickBytes = 4096, MaxAnnotationBytes = 4096, MaxPolicyBytes = 4096, MaxProfileBytes = 4096 });
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        await using var down = await ApiServer.StartWithoutStorageAsync(Nowhere);
        var place = await KnownCalls.PlaceAsync(server, held);
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
        var good = KnownCalls.Good(name, place);
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
            return [response["headers"] is null ? good with { IfNoneMatch = "*" } : good with { IsRepeated = true }];
        }

        if (response["x-problems"] is JsonArray problems)
        {
            // These need somebody else to change the storage within the call, or many profiles; the splitter's, the annotations' and the profiles' own tests bring them about.
            return problems.Where(problem => (string)problem! is not ("urn:medqa:changed" or "urn:medqa:deleted" or "urn:medqa:too-many-profiles") && (name, (string)problem!) != ("DeleteProfile", "urn:medqa:broken-profile") && (name, (string)problem!) != ("AnnotateRun", "urn:medqa:not-possible")).Select(problem => Bad(name, (string)problem!, good, place));
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
            ("GetRunFile", "206") => [good with { Range = "bytes=1-4" }],
            ("GetRunFile", "200") => [.. RunFiles.All.Select(file => good with { Path = $"/api/runs/{place.Run}/files/{file.Name}" })],
            _ => response["content"] is JsonObject formats ? formats.Select(format => good with { Accept = format.Key }) : [good],
        };
    }

    private static Call Bad(string name, string problem, Call good, Place place) => problem["urn:medqa:".Length..] switch
    {
        "bad-parameter" => (name switch
        {
            "StartRun" or "EstimateRun" => good with { Path = good.Path.Replace("few-shot", "none", StringComparison.Ordinal) },
            "ListProfiles" or "GetProfile" => good with { Path = good.Path + "?model=none" },
            "GetAnswer" => good with { Path = good.Path + "?by=luck" },
            "GetPairs" => good with { Path = good.Path + "?pair=none" },
            "JudgeRun" => good with { Path = good.Path.Split('?')[0] },
            "GetSlices" => good with { Path = good.Path + "?by=nothing" },
            "CompareRuns" => good with { Path = "/api/compare?runs=one" },
            "ListFlips" => good with { Path = good.Path + "&from=-1" },
            "ListRatings" => good with { Path = good.Path + "?history=perhaps" },
            "StopRating" => good with { Path = good.Path + "?remove=perhaps" },
            "PutProfile" => good with { Path = good.Path + "?unlisted=perhaps" },
            _ => good with { Path = $"{good.Path.Split('?')[0]}?continuation=AAAAAAAAAA" },
        }) with { Problem = problem },
        "unknown-parameter" => good with { Path = $"{good.Path}{(good.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}unknown=1", Problem = problem },
        "bad-body" => good with { Body = name == "AnnotateRun" ? """{"name":"x"}""" : "{}", Problem = problem },
        "precondition" => good with { IfMatch = "\"a-tag\"", Problem = problem },
        "rater-link" => good with { Rater = null, Problem = problem },
        "rater-state" => good with { Rater = place.Study.Tokens[name switch { "AgreeToRate" => 6, "SendClicks" => 7, "StopRating" => 5, _ => 0 }], Problem = problem },
        "broken-profile" => good with
        {
            Path = name is "StartRun" or "EstimateRun" ? good.Path.Replace("few-shot", "torn", StringComparison.Ordinal) : "/api/profiles/torn",
            Problem = problem,
        },
        "other-profile" => good with { Path = $"{good.Path}&profileHash={new string('0', 64)}", Problem = problem },
        "unknown-profile" => good with { Path = "/api/profiles/none", Problem = problem },
        "fixed-profile" => good with { Path = "/api/profiles/few-shot", Body = name == "PutProfile" ? good.Body!.Replace("mine", "few-shot", StringComparison.Ordinal) : null, Problem = problem },
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
        "unknown-run" => good with { Path = name is "CompareRuns" or "ListFlips" or "AnnotateRun" ? good.Path.Replace(place.SecondRun, "aaaaaaaaaaaaaaaa", StringComparison.Ordinal) : good.Path.Replace(place.Run, "aaaaaaaaaaaaaaaa", StringComparison.Ordinal), Problem = problem },
        "unknown-question" => good with { Path = $"/api/runs/{place.Run}/answers/none", Problem = problem },
        "unknown-file" => good with { Path = $"/api/runs/{place.Run}/files/questions", Problem = problem },
        "no-report" => good with { Path = good.Path.Replace(place.Run, place.HeldRun, StringComparison.Ordinal), Accept = name == "ListAnswers" ? "application/vnd.apache.parquet" : "*/*", Server = Where.Held, Problem = problem },
        "no-part" => good with { Range = "bytes=99999999-", Problem = problem },
        "not-possible" => good with { Problem = problem },
        "not-comparable" when name == "JudgeRun" => good with { Path = good.Path.Replace(place.Run, place.UnrelatedRun, StringComparison.Ordinal), Problem = problem },
        "not-comparable" => good with { Path = $"/api/compare?runs={place.Run},{place.CancelledRun}", Problem = problem },
        _ => throw new ArgumentOutOfRangeException(nameof(problem), problem, $"The document gives {name} a problem that no call is known for."),
    };

    private async Task CheckAsync(HttpClient client, HttpMethod method, Call call, string what, int status, JsonNode response)
    {
        using var answered = await KnownCalls.SendAsync(client, method, call, tag: null);
        using var repeated = call.IsRepeated ? await KnownCalls.SendAsync(client, method, call, answered.Headers.ETag ?? throw new InvalidOperationException($"{what}: the answer has no ETag.")) : null;
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
        if (type == "application/x-ndjson")
        {
            foreach (var line in Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await FitsAsync(formats[type]!["x-itemSchema"]!, line, shown);
            }
        }
        else if ((string?)formats[type]!["schema"]!["format"] == "binary")
        {
            Assert.True(body.Length > 0, shown);
        }
        else if (type.EndsWith("json", StringComparison.Ordinal))
        {
            await FitsAsync(formats[type]!["schema"]!, Encoding.UTF8.GetString(body), shown);
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
}
