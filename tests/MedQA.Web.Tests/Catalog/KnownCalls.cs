using System.Net.Http.Headers;
using System.Text.Json;
using MedQA.Web.Tests.Rating;

namespace MedQA.Web.Tests.Catalog;

/// <summary>A good call of every operation, and what must be there for it.</summary>
internal static class KnownCalls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A call of an operation that is answered with success.</summary>
    public static Call Good(string name, Place place) => name switch
    {
        "StartRun" or "EstimateRun" => new($"/api/{(name == "StartRun" ? "runs" : "estimates")}?profile=few-shot") { Body = place.Questions },
        "ListRuns" => new("/api/runs?take=1"),
        "GetRun" or "DeleteRun" => new($"/api/runs/{place.Run}"),
        "GetAnnotation" => new($"/api/runs/{place.Run}/annotation"),
        "AnnotateRun" => new($"/api/runs/{place.SecondRun}/annotation") { Body = """{"displayName":"The first","tags":["a"],"note":"Read twice."}""", ContentType = "application/json" },
        "WatchRun" => new($"/api/runs/{place.Run}/events"),
        "CancelRun" => new($"/api/runs/{place.Run}/cancel"),
        "RetryRun" => new($"/api/runs/{place.Run}/retry"),
        "ApproveRun" => new($"/api/runs/{place.Run}/approve"),
        "ListAnswers" => new($"/api/runs/{place.Run}/answers"),
        "GetAnswer" => new($"/api/runs/{place.Run}/answers/questions%2Fq0"),
        "GetReport" => new($"/api/runs/{place.Run}/report"),
        "GetPairs" => new($"/api/runs/{place.Run}/pairs"),
        "GetRunFile" => new($"/api/runs/{place.Run}/files/report.json"),
        "JudgeRun" => new($"/api/runs/{place.Run}/gate?baseline={place.SecondRun}")
        {
            Body = """{"title":"Release","confidence":0.9,"rules":[{"name":"No loss","measure":"loss","dataset":"questions","most":0.5},{"measure":"accuracy","least":0.1},{"measure":"failures","most":0}]}""",
            ContentType = "application/json",
        },
        "GetSlices" => new($"/api/runs/{place.Run}/slices"),
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
        "GetProfile" => new("/api/profiles/kept"),
        "PutProfile" => new("/api/profiles/mine") { Body = """{"name":"mine","strategy":"few-shot"}""", ContentType = "application/json" },
        "DeleteProfile" => new("/api/profiles/stored"),
        "ListModels" => new("/api/models"),
        "GetDocument" => new("/openapi/v1.json"),
        "GetHealth" => new("/healthz"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The document has an operation that no call is known for."),
    };

    /// <summary>Runs in the states that the calls need.</summary>
    public static async Task<Place> PlaceAsync(ApiServer server, ApiServer held)
    {
        // The rejected row is for rejected.csv.
        var questions = ApiServer.Paired(ApiServer.Questions(3, right: 2) + "bad,,one,two,three,A\n");
        foreach (var name in (string[])["stored", "kept"])
        {
            using var profile = new StringContent($$"""{"name":"{{name}}","strategy":"few-shot"}""");
            using var stored = await server.Client.PutAsync($"/api/profiles/{name}", profile, Cancel);
        }

        await server.Storage.Runs.GetBlobClient("profiles/torn.json").UploadAsync(BinaryData.FromString("{"), Cancel);
        var run = await server.FinishedRunAsync(questions);
        var second = await server.FinishedRunAsync(questions, "?profile=chain-of-thought");
        var other = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var unrelated = await server.FinishedRunAsync("id,question,option_a,option_b,answer\nu0,Which one?,one,two,A\n");
        var (_, waiting) = await held.SendAsync(HttpMethod.Post, "/api/runs?profile=few-shot", questions);
        var lost = await CancelledAsync(server);
        using var watched = await server.Client.GetAsync($"/api/runs/{run}/events", Cancel);
        var events = await watched.Content.ReadAsStringAsync(Cancel);
        var id = events.Split('\n').Single(static line => line.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..];
        return new Place(questions, run, second, other, waiting.GetProperty("run").GetString()!, lost, id, await StudyAsync(server), unrelated);
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

    /// <summary>Sends a call.</summary>
    /// <param name="client">Where to.</param>
    /// <param name="method">How.</param>
    /// <param name="call">The call.</param>
    /// <param name="tag">What the caller has already.</param>
    /// <param name="prepare">Changes the request before it is sent.</param>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, Call call, EntityTagHeaderValue? tag = null, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, call.Path);
        request.Headers.Accept.ParseAdd(call.Accept ?? "*/*");
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

        if (call.Range is { } range)
        {
            request.Headers.Add("Range", range);
        }

        if (call.IfMatch is { } match)
        {
            request.Headers.Add("If-Match", match);
        }

        if (call.IfNoneMatch is { } known)
        {
            request.Headers.Add("If-None-Match", known);
        }

        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        prepare?.Invoke(request);
        return await client.SendAsync(request, Cancel);
    }
}

/// <summary>Which server is called.</summary>
internal enum Where
{
    Up,
    Held,
    Down,
}

/// <summary>A call of an operation.</summary>
internal sealed record Call(string Path)
{
    public string? Body { get; init; }

    public string ContentType { get; init; } = "text/csv";

    public string? Accept { get; init; }

    public string? LastEventId { get; init; }

    public string? Range { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? Rater { get; init; }

    public bool IsRepeated { get; init; }

    public string? Problem { get; init; }

    public Where Server { get; init; }
}

/// <summary>What there is to call for.</summary>
internal sealed record Place(string Questions, string Run, string SecondRun, string OtherRun, string HeldRun, string CancelledRun, string LastEvent, StudyPlace Study, string UnrelatedRun);

/// <summary>A study, and what is sent for one.</summary>
internal sealed record StudyPlace(string Name, string Other, string[] Tokens, string Request, string Clicks);
