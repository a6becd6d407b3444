using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;

namespace MedQA.Cli.Tests.Hosting;

/// <summary>What the web server refuses before anything of this repository sees it, sent to the host of <c>medqa serve</c>.</summary>
public sealed class RefusedRequestsTests
{
    private const string Line = "GET /healthz HTTP/1.1\r\n";
    private const string Host = "Host: localhost\r\n";

    private static readonly string[] SecurityHeaders =
    [
        "X-Content-Type-Options: nosniff", "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'", "Referrer-Policy: no-referrer",
        "Cross-Origin-Resource-Policy: same-origin", "Cache-Control: no-store", "Content-Type: application/problem+json", "Connection: close",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Requests, with the status that each gets and the kind of its problem.</summary>
    public static TheoryData<string, int, string> Refused { get; } = new()
    {
        { "nonsense\r\n\r\n", 400, "bad-request" },
        { "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", 400, "bad-request" },
        { "GET\r\n\r\n", 400, "bad-request" },
        { "GET  HTTP/1.1\r\n\r\n", 400, "bad-request" },
        { "GET /api/runs?search=secret\u0001 HTTP/9.9\r\n" + Host + "\r\n", 505, "http-version" },
        { "G@T /healthz HTTP/1.1\r\n" + Host + "\r\n", 400, "bad-request" },
        { "GET /api/runs\u00e4 HTTP/1.1\r\n" + Host + "\r\n", 400, "bad-request" },
        { "GET /api/runs%00 HTTP/1.1\r\n" + Host + "\r\n", 400, "bad-request" },
        { "GET * HTTP/1.1\r\n" + Host + "\r\n", 405, "method" },
        { Line + "\r\n", 400, "bad-request" },
        { Line + Host + Host + "\r\n", 400, "bad-request" },
        { Line + "Host: a b\r\n\r\n", 400, "bad-request" },
        { Line + Host + "no colon\r\n\r\n", 400, "bad-request" },
        { Line + Host + " folded: x\r\n\r\n", 400, "bad-request" },
        { Line + Host + "a: \u0000\r\n\r\n", 400, "bad-request" },
        { Line + Host + "Content-Length: -1\r\n\r\n", 400, "bad-request" },
        { Line + Host + "Content-Length: x\r\n\r\n", 400, "bad-request" },
        { Line + Host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "bad-request" },
        { "POST /api/runs HTTP/1.1\r\n" + Host + "Transfer-Encoding: gzip\r\n\r\n", 400, "bad-request" },
        { "POST /api/runs HTTP/1.0\r\n" + Host + "\r\n", 400, "bad-request" },
        { $"GET /api/runs?search={new string('s', 9000)} HTTP/1.1\r\n{Host}\r\n", 414, "address-too-long" },
        { $"{Line}{Host}a: {new string('s', 40_000)}\r\n\r\n", 431, "headers-too-large" },
        { $"{Line}{Host}{string.Concat(Enumerable.Range(0, 150).Select(static i => $"a{i}: x\r\n"))}\r\n", 431, "headers-too-large" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_the_web_server_refuses_gets_problem_details_and_the_headers_of_every_answer(string request, int status, string kind)
    {
        await using var server = LocalApi.Create(new HostSettings { Url = new Uri("http://127.0.0.1:0") }, LocalApiTests.Unused());
        await server.StartAsync(Cancel);
        Check(await RawRequest.SendAsync(new Uri(Assert.Single(server.Urls)), request, Cancel), status, kind);
    }

    [Fact]
    public async Task A_connection_that_was_good_before_gets_both_answers()
    {
        await using var server = LocalApi.Create(new HostSettings { Url = new Uri("http://127.0.0.1:0") }, LocalApiTests.Unused());
        await server.StartAsync(Cancel);
        var home = new Uri(Assert.Single(server.Urls));
        foreach (var first in (string[])["GET /api/profiles", "GET /api/none", "GET /rate", "HEAD /dashboard/app.js"])
        {
            var answers = await RawRequest.SendAsync(home, $"{first} HTTP/1.1\r\n{Host}\r\nnonsense\r\n\r\n", Cancel);
            var second = answers.Text.LastIndexOf("HTTP/1.1 400", StringComparison.Ordinal);
            Assert.True(answers.Status is 200 or 404, answers.Text);
            Assert.True(second > 0, answers.Text);
            Check(new RawAnswer(answers.Text[second..]), 400, "bad-request");
        }
    }

    [Fact]
    public async Task HEAD_gets_the_headers_of_a_refusal_alone()
    {
        await using var server = LocalApi.Create(new HostSettings { Url = new Uri("http://127.0.0.1:0") }, LocalApiTests.Unused());
        await server.StartAsync(Cancel);
        var answer = await RawRequest.SendAsync(new Uri(Assert.Single(server.Urls)), $"HEAD /healthz HTTP/1.1\r\n{Host}a: {new string('s', 40_000)}\r\n\r\n", Cancel);
        Assert.Equal(431, answer.Status);
        Assert.All(SecurityHeaders, header => Assert.Contains(header, answer.Headers));
        Assert.Equal("", answer.Body);
    }

    private static void Check(RawAnswer answer, int status, string kind)
    {
        Assert.True(answer.Status == status, answer.Text);
        Assert.All(SecurityHeaders, header => Assert.True(answer.Headers.Contains(header), $"{header} is missing: {answer.Text}"));
        Assert.Contains($"Content-Length: {Encoding.UTF8.GetByteCount(answer.Body)}", answer.Headers);
        Assert.Equal(status == 405, answer.Headers.Contains("Allow: OPTIONS"));
        Assert.Single(answer.Headers, static header => header.StartsWith("Date: ", StringComparison.Ordinal));
        var problem = JsonElement.Parse(answer.Body);
        Assert.Equal(($"urn:medqa:{kind}", status), (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32()));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }
}
