using System.Net;
using System.Text.Json;
using MedQA.Pipeline.Queries;
using MedQA.Web.Dashboard;
using MedQA.Web.Runs;
using MedQA.Web.Tests.Catalog;

namespace MedQA.Web.Tests.Routing;

/// <summary>Parts of files, and the tags that say of which file they are (RFC 9110, sections 8.8, 13.1.5 and 14).</summary>
public sealed class FilePartTests(AzuriteFixture azurite)
{
    private static readonly string[] OtherConditions =
    [
        "W/{0}", "\"another\"", "*", "Sun, 29 Nov 2026 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "junk", "\"", "{0}, {0}", "\"\"",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_a_files_own_strong_tag_gives_a_part_where_the_part_depends_on_it()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(3, right: 2) + "bad,,one,two,three,A\n");
        var parts = 0;
        foreach (var file in RunFiles.All)
        {
            var path = $"/api/runs/{run}/files/{file.Name}";
            using var whole = await SendAsync(server, HttpMethod.Get, path);
            var (tag, length) = (whole.Headers.ETag!, (await whole.Content.ReadAsByteArrayAsync(Cancel)).Length);
            using var part = await SendAsync(server, HttpMethod.Get, path, ("Range", "bytes=2-5"), ("If-Range", tag.ToString()));
            Assert.Equal(tag.IsWeak ? HttpStatusCode.OK : HttpStatusCode.PartialContent, part.StatusCode);
            parts += tag.IsWeak ? 0 : 1;
            foreach (var condition in OtherConditions)
            {
                using var answer = await SendAsync(server, HttpMethod.Get, path, ("Range", "bytes=2-5"), ("If-Range", string.Format(null, condition, tag.Tag)));
                var shown = $"{file.Name} If-Range: {condition}";
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{shown}: {answer.StatusCode}");
                Assert.Null(answer.Content.Headers.ContentRange);
                Assert.True(length == (await answer.Content.ReadAsByteArrayAsync(Cancel)).Length, shown);
            }
        }

        Assert.Equal(RunFiles.All.Length - Enum.GetValues<RunExport>().Length, parts);
    }

    [Fact]
    public async Task What_asks_for_no_single_part_of_bytes_gets_the_whole()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var path = $"/api/runs/{run}/files/report.json";
        foreach (var range in (string[])["items=0-3", "bytes=0-1,3-4", "bytes=5-2", "bytes=", "bytes=a-b", "3-4", "bytes=-", ""])
        {
            using var answer = await SendAsync(server, HttpMethod.Get, path, ("Range", range));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{range}: {answer.StatusCode}");
            Assert.Null(answer.Content.Headers.ContentRange);
        }

        using var head = await SendAsync(server, HttpMethod.Head, path, ("Range", "bytes=2-5"));
        Assert.Equal((HttpStatusCode.OK, null), (head.StatusCode, head.Content.Headers.ContentRange));
        using var behind = await SendAsync(server, HttpMethod.Head, path, ("Range", "bytes=99999999-"));
        Assert.Equal(HttpStatusCode.OK, behind.StatusCode);
    }

    [Fact]
    public async Task A_part_behind_the_end_is_a_problem_that_gives_the_length()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(1, right: 1));
        var path = $"/api/runs/{run}/files/answers.csv";
        using var whole = await SendAsync(server, HttpMethod.Get, path);
        var length = whole.Content.Headers.ContentLength!.Value;
        foreach (var range in (string[])[$"bytes={length}-", "bytes=-0", "bytes=99999999999-"])
        {
            using var answer = await SendAsync(server, HttpMethod.Get, path, ("Range", range));
            Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Equal($"bytes */{length}", answer.Content.Headers.ContentRange?.ToString());
            Assert.Null(answer.Headers.ETag);
            SecurityHeaders.Check(answer, range);
            var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(("urn:medqa:no-part", 416), (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32()));
        }

        // What the caller has already, and what is of another file, is settled before the part.
        using var known = await SendAsync(server, HttpMethod.Get, path, ("Range", $"bytes={length}-"), ("If-None-Match", whole.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var other = await SendAsync(server, HttpMethod.Get, path, ("Range", $"bytes={length}-"), ("If-Range", "\"another\""));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task No_strong_tag_stands_for_two_forms_of_a_file()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString());
        var run = await server.FinishedRunAsync(ApiServer.Questions(3, right: 2));
        string[] paths =
        [
            "/", "/dashboard", "/rate", .. DashboardFile.All.Select(static file => $"/dashboard/{file.Name}"),
            .. RunFiles.All.Where(static file => file.Name != "rejected.csv").Select(file => $"/api/runs/{run}/files/{file.Name}"), "/api/runs", "/api/profiles", "/openapi/v1.json",
        ];
        foreach (var path in paths)
        {
            var seen = new List<(string Tag, byte[] Sent)>();
            foreach (var coding in (string[])["identity", "gzip", "br"])
            {
                using var answer = await SendAsync(server, HttpMethod.Get, path, ("Accept-Encoding", coding));
                Assert.True(answer.StatusCode == HttpStatusCode.OK, path);
                seen.Add((answer.Headers.ETag!.ToString(), await answer.Content.ReadAsByteArrayAsync(Cancel)));
            }

            Assert.All(
                seen.Where(static answer => !answer.Tag.StartsWith("W/", StringComparison.Ordinal)).GroupBy(static answer => answer.Tag),
                same => Assert.True(same.All(answer => answer.Sent.AsSpan().SequenceEqual(same.First().Sent)), $"{path}: {same.Key}"));
        }
    }

    private static Task<HttpResponseMessage> SendAsync(ApiServer server, HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        KnownCalls.SendAsync(server.Client, method, new Call(path), prepare: request => Array.ForEach(headers, header => request.Headers.TryAddWithoutValidation(header.Name, header.Value)));
}
