using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MedQA.Web.Routing;
using MedQA.Web.Tests.Catalog;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Tests.Routing;

/// <summary>Bodies whose framing breaks, sent byte by byte to each route of the table: those that read a body say so, the others do not look.</summary>
public sealed class BrokenBodyTests(AzuriteFixture azurite)
{
    private static readonly string[] Broken =
    [
        "zz\r\nabc\r\n0\r\n\r\n", "-1\r\nabc\r\n", "3\r\nabcXX0\r\n\r\n", "ffffffffffffffff\r\nabc", "\r\n\r\n", "3;\r\nab\r\n", "5 \r\nquest\r\n0\r\n\r\n",
        "9\r\nquestion,\r\nzz\r\n",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broken_chunk_is_the_callers_fault_and_no_error_of_the_service()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), onNetwork: true);
        await using var held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        var place = await KnownCalls.PlaceAsync(server, held);
        var home = server.Client.BaseAddress!;
        var refused = 0;
        foreach (var route in ApiRoutes.All.Where(static route => route.Contract is { TakesQuestionSet: true } or { Body: not null }))
        {
            var call = KnownCalls.Good(route.Name, place);
            foreach (var chunks in Broken)
            {
                var rater = call.Rater is { } token ? $"x-medqa-rater: {token}\r\n" : "";
                var answer = await RawRequest.SendAsync(home, $"{route.Method} {call.Path} HTTP/1.1\r\nHost: {home.Authority}\r\n{rater}Transfer-Encoding: chunked\r\n\r\n{chunks}\r\n\r\n", Cancel);
                var shown = $"{route.Name} {JsonSerializer.Serialize(chunks)}: {answer.Text}";
                Assert.True(answer.Status == 400, shown);
                Assert.Contains("X-Content-Type-Options: nosniff", answer.Headers);
                Assert.True(answer.Text.Contains("urn:medqa:bad-request", StringComparison.Ordinal), shown);
                refused++;
            }
        }

        Assert.Equal(6 * Broken.Length, refused);
        var runs = await server.GetAsync("/api/runs?take=500");
        Assert.DoesNotContain(runs.Body.GetProperty("runs").EnumerateArray(), static run => run.GetProperty("state").GetString() == "rejected");
        held.Model.Go.SetResult();
    }

    [Fact]
    public async Task A_body_that_nobody_reads_spoils_no_answer()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), onNetwork: true);
        var home = server.Client.BaseAddress!;
        foreach (var (line, status) in ((string, int)[])[("GET /api/profiles", 200), ("GET /api/runs?take=x", 400), ("POST /api/runs/aaaaaaaaaaaaaaaa/cancel", 404), ("POST /healthz", 405), ("DELETE /api/runs/aaaaaaaaaaaaaaaa", 404)])
        {
            foreach (var chunks in Broken)
            {
                var answer = await RawRequest.SendAsync(home, $"{line} HTTP/1.1\r\nHost: {home.Authority}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}\r\n\r\n", Cancel);
                Assert.True(answer.Status == status, $"{line} {JsonSerializer.Serialize(chunks)}: {answer.Text}");
                Assert.Contains("X-Content-Type-Options: nosniff", answer.Headers);
            }
        }
    }

    [Fact]
    public async Task A_caller_that_leaves_within_a_body_leaves_nothing_behind()
    {
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), onNetwork: true);
        var home = server.Client.BaseAddress!;
        var answer = await RawRequest.SendHalfAsync(home, $"POST /api/runs?profile=few-shot HTTP/1.1\r\nHost: {home.Authority}\r\nContent-Length: 1000\r\n\r\n{ApiServer.Questions(1, right: 1)}", Cancel);
        Assert.True(answer is null or { Status: 400 }, answer?.Text);
        var runs = await server.GetAsync("/api/runs");
        Assert.Empty(runs.Body.GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public async Task A_caller_that_aborts_an_upload_is_no_error_in_the_log()
    {
        using var log = new SeenLog("ConnectionStop");
        await using var server = await ApiServer.StartAsync(azurite.NewConnectionString(), onNetwork: true, log: log);
        var home = server.Client.BaseAddress!;
        using (var caller = new TcpClient())
        {
            await caller.ConnectAsync(IPAddress.Loopback, home.Port, Cancel);
            await caller.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"POST /api/runs?profile=few-shot HTTP/1.1\r\nHost: {home.Authority}\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n"), Cancel);

            // The server asks for the body once it reads it. Closing without lingering resets the connection.
            Assert.NotEqual(0, await caller.GetStream().ReadAsync(new byte[1024], Cancel));
            await caller.GetStream().WriteAsync(Encoding.Latin1.GetBytes(ApiServer.Questions(1, right: 1)), Cancel);
            caller.LingerState = new LingerOption(true, 0);
        }

        await log.Seen.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.DoesNotContain(log.Lines, static line => line.Level >= LogLevel.Warning);
    }
}
