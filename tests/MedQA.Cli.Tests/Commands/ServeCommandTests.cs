using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace MedQA.Cli.Tests.Commands;

/// <summary>The server as a process of its own.</summary>
public sealed class ServeCommandTests
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
        using var client = new HttpClient { BaseAddress = new Uri((await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0]) };
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

        await AssertLoopbackOnlyAsync(client.BaseAddress.Port);
        await MedqaProcess.StopAsync(server);
        Assert.Equal(130, server.ExitCode);
        Assert.Equal("", await output);
        Assert.Contains("Stopped. Unfinished runs are paused and continue at the next start.", await notices, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(medqa.Folder, ".medqa", "azurite.json")), "The storage emulator was left behind.");
    }

    [Fact]
    public async Task A_taken_address_is_said_in_one_line_and_links_lead_to_where_the_server_listens()
    {
        await using var medqa = new MedqaProcess();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (code, output, refusal) = await medqa.RunAsync("serve", "--quiet", "--urls", $"http://{taken.LocalEndpoint}");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"medqa: Cannot listen on http://{taken.LocalEndpoint}/ (", Assert.Single(refusal.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("medqa serve --urls http://127.0.0.1:", refusal, StringComparison.Ordinal);

        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0");
        var address = (await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0];
        _ = server.StandardError.ReadToEndAsync(Cancel);
        var (asked, _, notices) = await medqa.RunAsync("run", medqa.Sums(1), "--profile", medqa.Profile(samples: 1));
        Assert.True(asked == 0, notices);
        Assert.Contains($"with every reasoning: {address}/#/runs/", notices, StringComparison.Ordinal);
        var second = await medqa.RunAsync("serve", "--urls", address);
        Assert.Equal(1, second.Code);
        Assert.Contains($"A `medqa serve` of these runs already listens on {address}/.", second.Notices, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_choose_among_several_models_and_go_on_with_theirs_after_a_crash()
    {
        await using var medqa = new MedqaProcess();
        File.Move(medqa.Profile(samples: 3), Path.Combine(Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName, "sums-3.json"));
        var tiny = Repository.PathOf("models", "tiny", "llama-packed");
        var (server, address) = await StartAsync();
        var models = JsonElement.Parse(await ReadAsync("/api/models"));
        Assert.Equal(["reasoner", "llama-packed"], models.EnumerateArray().Select(static model => model.GetProperty("name").GetString()));

        var chosen = await medqa.JsonAsync("run", medqa.Sums(1), "--profile", "sums-3", "--model", "llama-packed", "--endpoint", address);
        Assert.Equal("llama-packed", chosen.GetProperty("run").GetProperty("model").GetString());
        var usual = await medqa.JsonAsync("run", medqa.Sums(1), "--profile", "sums-3", "--endpoint", address);
        Assert.Equal("reasoner", usual.GetProperty("run").GetProperty("model").GetString());
        var (refused, _, why) = await medqa.RunAsync("run", medqa.Sums(1), "--profile", "sums-3", "--model", "gpt", "--endpoint", address);
        Assert.Equal(2, refused);
        Assert.Contains("'model' must be one of reasoner, llama-packed", why, StringComparison.Ordinal);
        Assert.Contains("llama-packed", (await medqa.RunAsync("estimate", medqa.Sums(1), "--profile", "sums-3", "--model", "llama-packed", "--endpoint", address)).Output, StringComparison.Ordinal);

        using var client = new HttpClient();
        var sums = await File.ReadAllTextAsync(medqa.Sums(40), Cancel);
        using var started = await client.PostAsync($"{address}/api/runs?profile=sums-3&name=sums.csv&model=llama-packed", new StringContent(sums), Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        server.Kill();
        await server.WaitForExitAsync(Cancel);

        (server, address) = await StartAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        JsonElement run;
        while ((run = JsonElement.Parse(await ReadAsync($"{started.Headers.Location}"))).GetProperty("state").GetString() is "queued" or "running" or "waiting")
        {
            await timer.WaitForNextTickAsync(Cancel);
        }

        Assert.Equal(("completed", "llama-packed", 40), (run.GetProperty("state").GetString(), run.GetProperty("model").GetString(), run.GetProperty("done").GetInt32()));

        async Task<(Process Server, string Address)> StartAsync()
        {
            var begun = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles", "--also", tiny);
            _ = begun.StandardOutput.ReadToEndAsync(Cancel);
            var listening = (await MedqaProcess.SaidAsync(begun, "Listening on ")).Split(';')[0];
            _ = begun.StandardError.ReadToEndAsync(Cancel);
            return (begun, listening);
        }

        async Task<string> ReadAsync(string path)
        {
            using var reading = new HttpClient { BaseAddress = new Uri(address) };
            return await reading.GetStringAsync(path, Cancel);
        }
    }

    [Fact]
    public async Task A_further_model_is_asked_with_the_profiles_of_its_own_folder()
    {
        await using var medqa = new MedqaProcess();
        var copy = medqa.ModelCopy(Path.Combine("tiny", "llama-packed"), "own-profiles");
        File.Move(medqa.Profile(samples: 3), Path.Combine(Directory.CreateDirectory(Path.Combine(copy, "profiles")).FullName, "sums-3.json"));
        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--also", copy);
        _ = server.StandardOutput.ReadToEndAsync(Cancel);
        var address = (await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0];
        _ = server.StandardError.ReadToEndAsync(Cancel);

        var own = await medqa.JsonAsync("run", medqa.Sums(1), "--profile", "sums-3", "--model", "own-profiles", "--endpoint", address);
        var (unknown, _, why) = await medqa.RunAsync("run", medqa.Sums(1), "--profile", "sums-3", "--endpoint", address);

        Assert.Equal("sums-3", own.GetProperty("run").GetProperty("profile").GetString());
        Assert.Equal((2, true), (unknown, why.Contains("Unknown profile 'sums-3'", StringComparison.Ordinal)));
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        Assert.DoesNotContain("sums-3", await client.GetStringAsync("/api/profiles", Cancel), StringComparison.Ordinal);
        Assert.Contains("sums-3", await client.GetStringAsync("/api/profiles?model=own-profiles", Cancel), StringComparison.Ordinal);

        // The same process alone gives the run the same id, and a server of another model leaves it to it.
        var alone = await medqa.JsonAsync("run", medqa.Sums(2), "--profile", "sums-3", "--model", copy);
        Assert.Equal("completed", alone.GetProperty("run").GetProperty("state").GetString());
        var again = await medqa.JsonAsync("run", medqa.Sums(1), "--profile", "sums-3", "--model", copy);
        Assert.Equal(own.GetProperty("run").GetProperty("run").GetString(), again.GetProperty("run").GetProperty("run").GetString());
    }

    [Theory]
    [InlineData("is reasoner, which is the same model as reasoner", "reasoner")]
    [InlineData("--also is 'gpt', but there is no such folder or model", "gpt")]
    [InlineData("--also is '', but there is no such folder or model", "")]
    public async Task A_further_model_must_exist_and_be_another_one(string sentence, string also)
    {
        await using var medqa = new MedqaProcess();

        var (code, _, why) = await medqa.RunAsync("serve", "--also", also);

        Assert.Equal(2, code);
        Assert.Contains(sentence, why, StringComparison.Ordinal);
    }

    [LongFact]
    public async Task Once_a_server_has_ended_links_say_how_to_start_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signal is sent by the kill program.");
        await using var medqa = new MedqaProcess();
        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0");
        await MedqaProcess.SaidAsync(server, "Listening on ");
        var rest = server.StandardError.ReadToEndAsync(Cancel);
        await MedqaProcess.StopAsync(server);
        await rest;

        var (_, _, notices) = await medqa.RunAsync("run", medqa.Sums(1), "--profile", medqa.Profile(samples: 1));

        Assert.Contains("`medqa serve`, then http://127.0.0.1:5080/#/runs/", notices, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:0")]
    [LongInlineData("http://[::1]:0")]
    public async Task Whatever_this_machine_is_called_the_links_lead_to_the_port_that_was_free(string address)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6 || address.Contains("localhost", StringComparison.Ordinal), "This machine has no IPv6.");
        await using var medqa = new MedqaProcess();
        var server = medqa.Start("serve", "--urls", address);
        using var client = new HttpClient { BaseAddress = new Uri((await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0]) };
        Assert.NotEqual(0, client.BaseAddress.Port);
        Assert.Contains("\"ok\"", await client.GetStringAsync("/healthz", Cancel), StringComparison.Ordinal);
        Assert.Equal(client.BaseAddress, new Uri((await MedqaProcess.SaidAsync(server, "The dashboard: ")).Split(' ')[0]));
    }

    /// <summary>The server takes no connection at the addresses under which other machines know this one.</summary>
    private static async Task AssertLoopbackOnlyAsync(int port)
    {
        foreach (var address in NetworkInterface.GetAllNetworkInterfaces().SelectMany(static network => network.GetIPProperties().UnicastAddresses).Select(static own => own.Address).Where(static address => !IPAddress.IsLoopback(address)))
        {
            using var socket = new TcpClient(address.AddressFamily);
            await Assert.ThrowsAsync<SocketException>(async () => await socket.ConnectAsync(address, port, Cancel));
        }
    }
}
