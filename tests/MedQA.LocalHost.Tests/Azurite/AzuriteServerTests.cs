using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using MedQA.LocalHost.Azurite;
using MedQA.Tests;

namespace MedQA.LocalHost.Tests.Azurite;

public sealed class AzuriteServerTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medqa-azurite-{Guid.NewGuid():n}");
    private readonly List<string> _reports = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_was_stored_is_there_after_an_orderly_end_and_a_new_start()
    {
        var options = Options();
        await using (var first = await StartAsync(options))
        {
            Assert.Equal(AzuriteOrigin.Started, first.Origin);
            await WriteAsync(first);
        }

        Assert.False(File.Exists(AzuriteRecord.PathFor(_folder)));
        await using var second = await StartAsync(options);
        Assert.Equal(AzuriteOrigin.Started, second.Origin);
        Assert.Equal("kept", await ReadAsync(second));
    }

    [Fact]
    public async Task A_second_user_of_the_folder_joins_and_the_last_one_ends_it()
    {
        var options = Options();
        var first = await StartAsync(options);
        var second = await StartAsync(options with { Ports = FreePorts.Take() });
        Assert.Equal(AzuriteOrigin.Joined, second.Origin);
        Assert.Equal(first.Ports, second.Ports);

        await first.DisposeAsync();
        await WriteAsync(second);
        Assert.Equal("kept", await ReadAsync(second));

        await second.DisposeAsync();
        await Assert.ThrowsAnyAsync<SocketException>(() => ConnectAsync(options.Ports.Blob));
    }

    [Fact]
    public async Task Two_that_start_at_once_share_one()
    {
        var options = Options();
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(options)));
        Assert.Equal(1, servers.Count(static server => server.Origin == AzuriteOrigin.Started));
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_killed_Azurite_is_started_again()
    {
        var options = Options();
        var first = await StartAsync(options);
        await WriteAsync(first);
        await first.DisposeAsync();

        var second = await StartAsync(options);
        var record = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(_folder), Cancel);
        using (var keeper = Process.GetProcessById(record!.Pid))
        {
            keeper.Kill();
            await keeper.WaitForExitAsync(Cancel);
        }

        await using var third = await StartAsync(options);
        Assert.Equal(AzuriteOrigin.Started, third.Origin);
        Assert.Equal("kept", await ReadAsync(third));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        var options = Options();
        var answering = AnswerAsync(stranger);

        var fault = await Assert.ThrowsAsync<AzuriteException>(() => StartAsync(options with { Ports = options.Ports with { Queue = port } }));

        Assert.Equal(AzuriteFault.PortTaken, fault.Fault);
        Assert.StartsWith($"Port {port}, where Azurite's queue service should listen, is taken by another program.", fault.Message, StringComparison.Ordinal);
        stranger.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task Ports_that_serve_another_data_folder_are_refused_with_both_folders_named()
    {
        var options = Options();
        await using var first = await StartAsync(options);
        var other = Path.Combine(_folder, "other");

        var fault = await Assert.ThrowsAsync<AzuriteException>(() => StartAsync(options with { DataFolder = other }));

        Assert.Equal(AzuriteFault.OtherData, fault.Fault);
        Assert.Contains($"for the data folder {_folder}, not for {other}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Azurite_of_somebody_else_is_used_and_left_running()
    {
        var options = Options();
        await using var theirs = await StartAsync(options);
        File.Delete(AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob));

        await using (var used = await StartAsync(options with { DataFolder = Path.Combine(_folder, "other") }))
        {
            Assert.Equal(AzuriteOrigin.Foreign, used.Origin);
            await WriteAsync(used);
        }

        Assert.Equal("kept", await ReadAsync(theirs));
    }

    private async Task<AzuriteServer> StartAsync(AzuriteOptions options) => await AzuriteServer.StartAsync(options, _reports.Add, Cancel);

    private AzuriteOptions Options() => new() { DataFolder = _folder, Ports = FreePorts.Take(), StartLimit = TimeSpan.FromMinutes(5), EndLimit = TimeSpan.FromMinutes(5) };

    private static async Task WriteAsync(AzuriteServer server)
    {
        var container = new BlobContainerClient(server.ConnectionString, "things");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await container.GetBlobClient("thing").UploadAsync(BinaryData.FromString("kept"), overwrite: true, Cancel);
    }

    private static async Task<string> ReadAsync(AzuriteServer server)
    {
        var content = await new BlobContainerClient(server.ConnectionString, "things").GetBlobClient("thing").DownloadContentAsync(Cancel);
        return content.Value.Content.ToString();
    }

    private static async Task ConnectAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancel);
    }

    private static async Task AnswerAsync(TcpListener listener)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(Cancel);
            await client.GetStream().WriteAsync("SSH-2.0-other\r\n"u8.ToArray(), Cancel);
        }
    }
}
