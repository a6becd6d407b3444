using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Azurite.Tests;

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
        await KillKeeperAsync(_folder);

        await using var third = await StartAsync(options);
        Assert.Equal(AzuriteOrigin.Started, third.Origin);
        Assert.Equal("kept", await ReadAsync(third));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Who_used_a_killed_Azurite_learns_it_and_has_no_way_into_the_next_one_at_its_ports()
    {
        var options = Options();
        await using var mine = await StartAsync(options);
        await mine.SaveAsync(Cancel);
        await KillKeeperAsync(_folder);
        await using var theirs = await StartAsync(options with { DataFolder = Path.Combine(_folder, "other") });
        await WriteAsync(theirs);

        Assert.Equal(mine.Ports, theirs.Ports);
        Assert.True(mine.Lost.WaitHandle.WaitOne(TimeSpan.FromMinutes(1)));
        Assert.False(theirs.Lost.IsCancellationRequested);
        foreach (var read in (Func<Task>[])
        [
            () => ReadAsync(mine),
            () => new QueueServiceClient(mine.ConnectionString).GetQueuesAsync(cancellationToken: Cancel).AsPages().ToListAsync(Cancel).AsTask(),
            () => new TableServiceClient(mine.ConnectionString).QueryAsync(cancellationToken: Cancel).ToListAsync(Cancel).AsTask(),
        ])
        {
            Assert.Equal(403, (await Assert.ThrowsAsync<RequestFailedException>(read)).Status);
        }

        await Assert.ThrowsAsync<IOException>(() => mine.SaveAsync(Cancel));
        Assert.Equal("kept", await ReadAsync(theirs));
    }

    [Fact]
    public async Task What_was_saved_is_there_after_a_kill()
    {
        var options = Options();
        await using (var first = await StartAsync(options))
        {
            for (var i = 0; i < 3; i++)
            {
                await WriteAsync(first, $"kept {i}");
                await Task.WhenAll(first.SaveAsync(Cancel), first.SaveAsync(Cancel));
            }

            await KillKeeperAsync(_folder);
        }

        await using var second = await StartAsync(options);
        Assert.Equal("kept 2", await ReadAsync(second));
    }

    [Fact]
    public async Task What_one_user_stored_is_there_after_a_kill_that_comes_when_it_has_let_go()
    {
        var options = Options();
        await using (var stays = await StartAsync(options))
        {
            await using (var goes = await StartAsync(options))
            {
                await WriteAsync(goes);
            }

            await KillKeeperAsync(_folder);
        }

        await using var next = await StartAsync(options);
        Assert.Equal("kept", await ReadAsync(next));
    }

    [Theory]
    [InlineData("table", "empty")]
    [LongInlineData("blob", "empty")]
    [LongInlineData("table", "missing")]
    [InlineData("blob_extent", "missing")]
    public async Task A_directory_that_was_lost_is_not_taken_for_an_empty_storage(string name, string state)
    {
        var options = Options();
        await using (var first = await StartAsync(options))
        {
            await WriteAsync(first);
        }

        var path = Path.Combine(_folder, $"__azurite_db_{name}__.json");
        File.Delete(path);
        if (state == "empty")
        {
            await File.WriteAllBytesAsync(path, [], Cancel);
        }

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options));

        Assert.Contains($"{path} is {state}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Directories_that_were_being_written_when_the_process_was_killed_are_of_one_moment(bool wasListed)
    {
        var options = Options();
        await using (var first = await StartAsync(options))
        {
            await WriteAsync(first, "before");
        }

        var files = Directory.GetFiles(_folder, "__azurite_db_*.json");
        var before = files.ToDictionary(static file => file, File.ReadAllBytes);
        await using (var second = await StartAsync(options))
        {
            await WriteAsync(second, "after");
        }

        // As a kill in the middle of the renaming leaves them; where nothing was listed, that is in the middle of the writing.
        foreach (var file in files[1..])
        {
            File.Move(file, $"{file}.next");
            await File.WriteAllBytesAsync(file, before[file], Cancel);
        }

        if (wasListed)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "azurite-written.json"), $"[{string.Join(",", files.Select(static file => $"\"{Path.GetFileName(file)}\""))}]", Cancel);
        }
        else
        {
            await File.WriteAllBytesAsync(files[0], before[files[0]], Cancel);
        }

        await using var third = await StartAsync(options);

        Assert.Equal(wasListed ? "after" : "before", await ReadAsync(third));
        Assert.Empty(Directory.GetFiles(_folder, "*.next"));
        Assert.False(File.Exists(Path.Combine(_folder, "azurite-written.json")));
    }

    [Fact]
    public async Task Whatever_the_moment_of_a_kill_every_blob_that_is_listed_can_be_read()
    {
        var options = Options();
        for (var round = 0; round < 4; round++)
        {
            await using var server = await StartAsync(options);
            var container = new BlobContainerClient(server.ConnectionString, "things", new BlobClientOptions { Retry = { MaxRetries = 0 } });
            await container.CreateIfNotExistsAsync(cancellationToken: Cancel);
            await foreach (var blob in container.GetBlobsAsync(cancellationToken: Cancel))
            {
                Assert.Equal(blob.Name, (await container.GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content.ToString());
            }

            // The directory of blobs has just taken its place, when that of their content may not have.
            using var seen = new SemaphoreSlim(0);
            using var watcher = new FileSystemWatcher(_folder, "__azurite_db_blob__.json") { EnableRaisingEvents = true };
            watcher.Renamed += (_, _) => seen.Release();
            var writing = WriteUntilItEndsAsync(container, round);
            for (var saves = 0; saves <= round; saves++)
            {
                Assert.NotSame(writing, await Task.WhenAny(seen.WaitAsync(Cancel), writing));
            }

            await KillKeeperAsync(_folder);
            await writing;
        }
    }

    [Theory]
    [InlineData("TERM")]
    [LongInlineData("HUP")]
    [LongInlineData("INT")]
    public async Task A_signal_to_a_whole_group_of_processes_leaves_the_storage_to_those_that_still_use_it(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The signals are sent by the kill program.");
        var options = Options();
        var server = await StartAsync(options);
        using var keeper = Process.GetProcessById((await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(_folder), Cancel))!.Pid);

        Assert.True(await Signals.SendAsync(signal, keeper.Id, Cancel));
        await WriteAsync(server);
        await server.SaveAsync(Cancel);
        Assert.Equal("kept", await ReadAsync(server));
        await server.DisposeAsync();

        await keeper.WaitForExitAsync(Cancel);
        await using var next = await StartAsync(options);
        Assert.Equal("kept", await ReadAsync(next));
    }

    [Fact]
    public async Task An_owner_whose_lock_is_removed_writes_everything_down_and_ends()
    {
        var options = Options();
        await using (var first = await StartAsync(options))
        {
            await WriteAsync(first);
            File.Delete(Path.Combine(_folder, "owner.lock"));
            Assert.True(first.Lost.WaitHandle.WaitOne(TimeSpan.FromMinutes(1)));
        }

        await using var next = await StartAsync(options);
        Assert.Equal("kept", await ReadAsync(next));
    }

    [Fact]
    public async Task The_settings_of_an_Azurite_of_ones_own_are_not_for_this_one()
    {
        var environment = new Dictionary<string, string> { ["AZURITE_ACCOUNTS"] = "mine:bWluZQ==", ["AZURITE_DB"] = "mssql://nowhere" };
        await using var server = await StartAsync(Options() with { Environment = environment });

        await WriteAsync(server);

        Assert.Equal("kept", await ReadAsync(server));
    }

    [Theory]
    [InlineData("azurite.json")]
    [InlineData("azurite.lock")]
    [InlineData("azurite.log")]
    [InlineData("owner.lock")]
    public async Task A_folder_in_the_place_of_a_file_is_named(string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(Options()));

        Assert.Equal($"{path} is a folder, but medqa keeps a file of that name there. Move the folder.", fault.Message);
    }

    [Fact]
    public async Task A_port_that_another_program_has_is_named()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((IPEndPoint)stranger.LocalEndpoint).Port;
        var options = Options();
        var answering = AnswerAsync(stranger);

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options with { Ports = options.Ports with { Queue = port } }));

        Assert.StartsWith($"Port {port}, where Azurite's queue service should listen, is used by another program.", fault.Message, StringComparison.Ordinal);
        stranger.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    [Fact]
    public async Task Ports_that_serve_another_data_folder_are_refused_with_both_folders_named()
    {
        var options = Options();
        await using var first = await StartAsync(options);
        var other = Path.Combine(_folder, "other");

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options with { DataFolder = other }));

        Assert.Contains($"for the data folder {_folder}, not for {other}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Azurite_of_somebody_else_is_refused_with_the_setting_that_asks_for_it()
    {
        var options = Options();
        await using var theirs = await StartAsync(options);
        File.Delete(AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob));

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options with { DataFolder = Path.Combine(_folder, "other") }));

        Assert.Contains($"--storage \"{AzuriteServer.ConnectionStringAt(options.Ports)}\"", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_folder_has_an_Azurite_of_its_own_while_the_original_is_served()
    {
        var options = Options();
        await using var original = await StartAsync(options);
        await WriteAsync(original);
        var copy = $"{_folder}-copy";
        try
        {
            await RunAsync("cp", "-r", _folder, copy);
            Assert.True(File.Exists(AzuriteRecord.PathFor(copy)));
            await using var copied = await StartAsync(options with { DataFolder = copy, Ports = FreePorts.Take() });

            Assert.Equal(AzuriteOrigin.Started, copied.Origin);
            Assert.NotEqual(original.Ports, copied.Ports);
            await new BlobContainerClient(copied.ConnectionString, "things").DeleteIfExistsAsync(cancellationToken: Cancel);
            Assert.Equal("kept", await ReadAsync(original));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task A_record_that_was_copied_over_a_folder_in_use_leads_nobody_to_the_other_folder()
    {
        var options = Options();
        await using var first = await StartAsync(options);
        var other = options with { DataFolder = Path.Combine(_folder, "other"), Ports = FreePorts.Take(), StartLimit = TimeSpan.FromSeconds(1) };
        await using var second = await StartAsync(other with { StartLimit = options.StartLimit });
        foreach (var file in (string[])["azurite.json", "owner.lock"])
        {
            await RunAsync("cp", Path.Combine(_folder, file), Path.Combine(other.DataFolder, file));
        }

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(other));

        Assert.Contains($"{other.DataFolder} is in use by a process that does not answer", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [LongInlineData("null")]
    [LongInlineData("[1]")]
    [LongInlineData("{ \"pid\": ")]
    [InlineData("{\"pid\":-1,\"control\":99999999}")]
    [LongInlineData("{\"pid\":\"x\"}")]
    [InlineData("{\"pid\":PID,\"control\":PORT,\"data\":\"FOLDER\",\"blobPort\":10000,\"queuePort\":10001,\"tablePort\":10002}")]
    public async Task A_record_without_an_owner_is_worth_nothing(string record)
    {
        // The last of them names a living Node.js and a port at which somebody listens and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", "setInterval(() => {}, 1000)"]) { UseShellExecute = false })!;
        try
        {
            Directory.CreateDirectory(_folder);
            await File.WriteAllTextAsync(
                AzuriteRecord.PathFor(_folder),
                record.Replace("PID", $"{node.Id}", StringComparison.Ordinal)
                    .Replace("PORT", $"{((IPEndPoint)silent.LocalEndpoint).Port}", StringComparison.Ordinal)
                    .Replace("FOLDER", _folder, StringComparison.Ordinal),
                Cancel);

            await using var server = await StartAsync(Options());

            Assert.Equal(AzuriteOrigin.Started, server.Origin);
            Assert.False(silent.Pending());
        }
        finally
        {
            node.Kill();
        }
    }

    [Theory]
    [InlineData("{\"pid\":-1,\"control\":99999999}")]
    [InlineData("{\"pid\":1,\"control\":PORT,\"data\":\"/\",\"blobPort\":10000,\"queuePort\":10001,\"tablePort\":10002}")]
    public async Task A_wrong_record_beside_a_living_owner_ends_the_wait_with_a_sentence(string record)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = Options();
        await using var owner = await StartAsync(options);
        await File.WriteAllTextAsync(
            AzuriteRecord.PathFor(_folder), record.Replace("PORT", $"{((IPEndPoint)silent.LocalEndpoint).Port}", StringComparison.Ordinal), Cancel);

        var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options with { StartLimit = TimeSpan.FromSeconds(1) }));

        Assert.StartsWith($"{_folder} is in use by a process that does not answer", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_owner_is_named_and_joined_when_it_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells whether a process is suspended.");
        var options = Options();
        await using var first = await StartAsync(options);
        var pid = (await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(_folder), Cancel))!.Pid;
        Assert.True(await Signals.SendAsync("STOP", pid, Cancel));
        try
        {
            var fault = await Assert.ThrowsAsync<UnusableException>(() => StartAsync(options with { StartLimit = TimeSpan.FromSeconds(4) }));

            Assert.Contains($"That process is suspended: continue it with `fg` in its terminal or `kill -CONT {pid}`", fault.Message, StringComparison.Ordinal);
            Assert.Contains(_reports, report => report.StartsWith($"Waiting for the process (process {pid}) that serves", StringComparison.Ordinal));
        }
        finally
        {
            Assert.True(await Signals.SendAsync("CONT", pid, Cancel));
        }

        await using var second = await StartAsync(options);
        Assert.Equal(AzuriteOrigin.Joined, second.Origin);
    }

    [Fact]
    public async Task Ctrl_Z_in_the_terminal_of_one_user_does_not_keep_Azurite_from_the_others()
    {
        var options = Options();
        await using var first = await StartAsync(options);
        var pid = (await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(_folder), Cancel))!.Pid;

        Assert.True(await Signals.SendAsync("TSTP", pid, Cancel));

        await WriteAsync(first);
        await using var second = await StartAsync(options);
        Assert.Equal("kept", await ReadAsync(second));
    }

    [Fact]
    public async Task A_folder_that_is_moved_ends_its_owner_and_can_be_used_where_it_is_now()
    {
        var options = Options();
        await using var first = await StartAsync(options);
        await WriteAsync(first);
        using var keeper = Process.GetProcessById((await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(_folder), Cancel))!.Pid);
        var moved = $"{_folder}-moved";
        Directory.Move(_folder, moved);
        try
        {
            await keeper.WaitForExitAsync(Cancel);

            await using var there = await StartAsync(options with { DataFolder = moved });
            Assert.Equal(AzuriteOrigin.Started, there.Origin);
            Assert.Equal("kept", await ReadAsync(there));
            Assert.True(first.Lost.WaitHandle.WaitOne(TimeSpan.FromMinutes(1)));
            Assert.False(Directory.Exists(_folder));
        }
        finally
        {
            Directory.Delete(moved, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_stored_can_be_read_by_its_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        await using (var server = await StartAsync(Options()))
        {
            await WriteAsync(server);
        }

        string[] all = [_folder, .. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories)];
        Assert.Contains(all, static path => path.Contains("__blobstorage__", StringComparison.Ordinal));
        Assert.DoesNotContain(all, PrivateFiles.IsOpenToOthers);
    }

    private async Task<AzuriteServer> StartAsync(AzuriteOptions options) => await AzuriteServer.StartAsync(options, _reports.Add, Cancel);

    private AzuriteOptions Options() => new() { DataFolder = _folder, Ports = FreePorts.Take(), StartLimit = TimeSpan.FromMinutes(5), EndLimit = TimeSpan.FromMinutes(5) };

    private static async Task WriteUntilItEndsAsync(BlobContainerClient container, int round)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var name = $"{round}-{i}";
                await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(name), overwrite: true, Cancel);
            }
        }
        catch (RequestFailedException)
        {
            // It was killed.
        }
    }

    private static async Task KillKeeperAsync(string folder)
    {
        using var keeper = Process.GetProcessById((await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(folder), Cancel))!.Pid);
        keeper.Kill();
        await keeper.WaitForExitAsync(Cancel);
    }

    private static async Task WriteAsync(AzuriteServer server, string content = "kept")
    {
        var container = new BlobContainerClient(server.ConnectionString, "things");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancel);
        await container.GetBlobClient("thing").UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);
    }

    private static async Task<string> ReadAsync(AzuriteServer server)
    {
        var content = await new BlobContainerClient(server.ConnectionString, "things").GetBlobClient("thing").DownloadContentAsync(Cancel);
        return content.Value.Content.ToString();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancel);
        Assert.Equal(0, process.ExitCode);
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
