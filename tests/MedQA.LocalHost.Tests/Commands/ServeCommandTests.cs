using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.LocalHost.Tests.Commands;

/// <summary>The server as a process of its own.</summary>
public sealed partial class ServeCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_posted_body_is_answered_and_a_stop_signal_ends_the_server_in_order()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signal is sent by the kill program.");
        await using var medqa = new MedqaProcess();
        var body = await File.ReadAllTextAsync(medqa.Sums(3), Cancel);
        File.Move(medqa.Profile(samples: 3), Path.Combine(Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName, "sums-3.json"));
        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles");
        var output = server.StandardOutput.ReadToEndAsync(Cancel);
        using var client = new HttpClient { BaseAddress = await ListeningAsync(server) };
        var notices = server.StandardError.ReadToEndAsync(Cancel);

        using var first = await client.PostAsync("/api/runs?profile=sums-3&name=sums.csv", new StringContent(body), Cancel);
        using var second = await client.PostAsync("/api/runs?profile=sums-3&name=sums.csv", new StringContent(body), Cancel);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (JsonElement.Parse(await client.GetStringAsync(first.Headers.Location, Cancel)).GetProperty("state").GetString() != "completed")
        {
            Assert.False(server.HasExited, "The server has ended.");
            await timer.WaitForNextTickAsync(Cancel);
        }

        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { Host = "example.com" } };
        using var refused = await client.SendAsync(foreign, Cancel);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);

        // Not an interrupt: a job that a shell put into the background ignores those, and what it starts inherits that.
        using (var stop = Process.Start("kill", ["-TERM", $"{server.Id}"]))
        {
            await stop.WaitForExitAsync(Cancel);
        }

        await server.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        Assert.Equal(130, server.ExitCode);
        Assert.Equal("", await output);
        Assert.Contains("Stopped. Unfinished runs go on with the next start.", await notices, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(medqa.Folder, ".medqa", "azurite.json")), "The storage emulator was left behind.");
    }

    private static async Task<Uri> ListeningAsync(Process server)
    {
        while (await server.StandardError.ReadLineAsync(Cancel) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                return new Uri(match.Groups["address"].Value);
            }
        }

        throw new InvalidOperationException("The server ended before it listened.");
    }

    [GeneratedRegex("^Listening on (?<address>[^;]+);", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
