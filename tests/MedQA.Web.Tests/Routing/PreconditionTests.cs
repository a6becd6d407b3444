using System.Net;
using MedQA.Pipeline.Queries;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using MedQA.Web.Tests.Catalog;
using MedQA.Web.Tests.Rating;

namespace MedQA.Web.Tests.Routing;

/// <summary>
/// Every route of the tables on a condition (RFC 9110, section 13): those that change something look at none, so none may act; those that are read answer
/// what the condition asks for.
/// </summary>
public sealed class PreconditionTests(KnownPlace known) : IClassFixture<KnownPlace>
{
    private static readonly (string Header, string Value)[] Conditions =
    [
        ("If-Match", "\"a\""), ("If-Match", "W/\"a\", \"b\""), ("If-Match", "no tag"), ("If-None-Match", "*"), ("If-None-Match", "\"a\""),
        ("If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT"), ("If-Unmodified-Since", "no date"),
    ];

    private static readonly string[] Unmet = ["\"nope\"", "W/\"nope\"", "\"nope\", \"other\"", "no tag", "\"", "nope, *"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_on_a_condition_is_refused_and_nothing_is_changed()
    {
        var (server, place) = (known.Server, known.Place);
        var before = await StateAsync(server, place);
        var refused = 0;
        foreach (var route in ApiRoutes.All.Where(static route => route.IsChange))
        {
            Assert.Contains(route.Contract!.Problems, static problem => problem is { Status: 412, Kind: "precondition" });
            foreach (var (header, value) in Conditions)
            {
                using var response = await KnownCalls.SendAsync(server.Client, new HttpMethod(route.Method), KnownCalls.Good(route.Name, place),
                    prepare: request => Assert.True(request.Headers.TryAddWithoutValidation(header, value)));
                var text = await response.Content.ReadAsStringAsync(Cancel);
                Assert.True(response.StatusCode == HttpStatusCode.PreconditionFailed, $"{route.Name} {header}: {value}: {(int)response.StatusCode} {text}");
                Assert.Contains("urn:medqa:precondition", text, StringComparison.Ordinal);
                Assert.Contains(header, text, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.Equal(ApiRoutes.All.Count(static route => route.Method != "GET") * Conditions.Length, refused);
        Assert.Equal(before, await StateAsync(server, place));
    }

    [Theory]
    [InlineData("If-Match", "*")]
    [InlineData("If-Modified-Since", "Sat, 29 Oct 1994 19:43:31 GMT")]
    public async Task A_condition_that_asks_nothing_of_a_change_lets_it_act(string header, string value)
    {
        var (_, study, _) = await known.Server.StudyAsync();
        using var response = await KnownCalls.SendAsync(known.Server.Client, HttpMethod.Delete, new Call($"/api/studies/{study}"),
            prepare: request => Assert.True(request.Headers.TryAddWithoutValidation(header, value)));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task What_is_read_on_a_condition_is_what_the_condition_asks_for()
    {
        var (server, place) = (known.Server, known.Place);
        List<Call> calls =
        [
            .. ApiRoutes.All.Where(static route => !route.IsChange && route.Name != "GetRunFile")
                .SelectMany(route => route.Contract!.MediaTypes.Select(format => KnownCalls.Good(route.Name, place) with { Accept = format })),
            .. RunFiles.All.Select(file => KnownCalls.Good("GetRunFile", place) with { Path = $"/api/runs/{place.Run}/files/{file.Name}" }),
            new("/"), new("/dashboard"), new("/rate"), new("/rate/rate.js"), new("/dashboard/app.js"),
        ];
        var (asked, strong) = (0, 0);
        foreach (var call in calls)
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var plain = await KnownCalls.SendAsync(server.Client, method, call);
                Assert.True(plain.StatusCode == HttpStatusCode.OK, call.Path);
                var tag = plain.Headers.ETag;
                strong += tag is { IsWeak: false } ? 1 : 0;
                (HttpStatusCode Status, (string Name, string Value)[] Headers)[] rows =
                [
                    .. Unmet.Select(static value => (HttpStatusCode.PreconditionFailed, new[] { ("If-Match", value) })),
                    (HttpStatusCode.PreconditionFailed, [("If-Match", "\"nope\""), ("If-None-Match", tag?.ToString() ?? "*")]),
                    (HttpStatusCode.PreconditionFailed, [("If-Match", "\"nope\""), ("Range", "bytes=99999999-")]),
                    (tag is { IsWeak: false } ? HttpStatusCode.OK : HttpStatusCode.PreconditionFailed, [("If-Match", tag?.ToString() ?? "\"none\"")]),
                    (HttpStatusCode.OK, [("If-Match", "*")]),
                    (HttpStatusCode.OK, [("If-None-Match", "\"nope\"")]),
                    (HttpStatusCode.NotModified, [("If-None-Match", "*")]),
                    (HttpStatusCode.OK, [("If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT")]),
                    (HttpStatusCode.OK, [("If-Modified-Since", "Sat, 29 Oct 2044 19:43:31 GMT")]),
                    (HttpStatusCode.OK, [("If-Range", "\"nope\""), ("Range", "bytes=0-1")]),
                ];
                foreach (var (status, headers) in rows)
                {
                    using var answer = await KnownCalls.SendAsync(server.Client, method, call, prepare: request => Assert.All(headers, header => Assert.True(request.Headers.TryAddWithoutValidation(header.Name, header.Value))));
                    var body = await answer.Content.ReadAsStringAsync(Cancel);
                    var shown = $"{method} {call.Path} as {call.Accept} {string.Join(", ", headers)}: {(int)answer.StatusCode} {body[..Math.Min(200, body.Length)]}";
                    Assert.True(answer.StatusCode == status, shown);
                    SecurityHeaders.Check(answer, shown);
                    if (status == HttpStatusCode.PreconditionFailed)
                    {
                        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
                        Assert.Null(answer.Headers.ETag);
                        Assert.True(method == HttpMethod.Head || body.Contains("urn:medqa:precondition", StringComparison.Ordinal), shown);
                    }

                    asked++;
                }
            }
        }

        Assert.All(ApiRoutes.All, static route => Assert.Single(route.Contract!.Problems, static problem => problem is { Status: 412, Kind: "precondition" }));
        Assert.True(asked > 800, $"Only {asked} requests.");
        Assert.Equal(2 * (RunFiles.All.Length - Enum.GetValues<RunExport>().Length + ApiRoutes.All.Count(static route => route.Contract!.IsEdited && !route.IsChange)), strong);
    }

    [Fact]
    public async Task A_condition_on_what_is_not_there_or_may_change_yet_is_not_held_against_a_tag()
    {
        var (server, place) = (known.Server, known.Place);
        foreach (var path in (string[])["/api/runs/aaaaaaaaaaaaaaaa", $"/api/runs/{place.Run}/files/none", "/dashboard/none.js"])
        {
            using var missing = await KnownCalls.SendAsync(server.Client, HttpMethod.Get, new Call(path) { IfMatch = "\"nope\"" });
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        // The manifest of a run that goes on has no tag yet.
        var manifest = new Call($"/api/runs/{place.HeldRun}/files/manifest.json");
        using var whole = await KnownCalls.SendAsync(known.Held.Client, HttpMethod.Get, manifest);
        Assert.Equal((HttpStatusCode.OK, null), (whole.StatusCode, whole.Headers.ETag));
        using var refused = await KnownCalls.SendAsync(known.Held.Client, HttpMethod.Get, manifest with { IfMatch = "\"nope\"", Range = "bytes=0-1" });
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        using var part = await KnownCalls.SendAsync(known.Held.Client, HttpMethod.Get, manifest with { IfMatch = "*", Range = "bytes=0-1" });
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
    }

    private static async Task<string> StateAsync(ApiServer server, Place place)
    {
        var state = new List<string>();
        foreach (var address in (string[])["/api/runs?take=500", "/api/studies", $"/api/studies/{place.Study.Name}", $"/api/studies/{place.Study.Name}/ratings?history=true"])
        {
            state.Add(await server.Client.GetStringAsync(address, Cancel));
        }

        return string.Join('\n', state);
    }
}
