using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MedQA.LocalHost.Azurite;

/// <summary>Whose Azurite a host uses.</summary>
internal enum AzuriteOrigin
{
    /// <summary>This process started it.</summary>
    Started,

    /// <summary>Another process of this tool started it for the same data folder.</summary>
    Joined,

    /// <summary>Somebody else's, which listens at the configured ports with data of its own.</summary>
    Foreign,
}

/// <summary>
/// The storage emulator as a host uses it: started where nothing listens, shared with other processes of this tool on the same
/// data folder, and ended in order with the last of them, also when that one is killed.
/// </summary>
internal sealed class AzuriteServer : IAsyncDisposable
{
    // The development store's account and key are the same on every machine and documented; they protect nothing.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string LockName = "azurite.lock";
    private const int LogLinesShown = 3;

    private readonly AzuriteConnection? _connection;

    private AzuriteServer(AzuriteOrigin origin, AzuritePorts ports, AzuriteConnection? connection)
    {
        Origin = origin;
        Ports = ports;
        _connection = connection;
    }

    /// <summary>Whose it is.</summary>
    public AzuriteOrigin Origin { get; }

    /// <summary>Where it listens.</summary>
    public AzuritePorts Ports { get; }

    /// <summary>The connection string of the development store.</summary>
    public string ConnectionString => ConnectionStringAt(Ports);

    /// <summary>The connection string of one of <see cref="AzuriteOptions.FurtherAccounts"/>.</summary>
    public string ConnectionStringOf(string account, string key) => ConnectionStringAt(Ports, account, key);

    /// <summary>The connection string of an account at ports; of the development store where none is named.</summary>
    public static string ConnectionStringAt(AzuritePorts ports, string account = Account, string key = Key) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint=http://127.0.0.1:{ports.Blob}/{account};QueueEndpoint=http://127.0.0.1:{ports.Queue}/{account};TableEndpoint=http://127.0.0.1:{ports.Table}/{account};");

    /// <summary>Uses the Azurite that serves the data folder or listens at the ports; starts one where there is none.</summary>
    /// <param name="options">Where it keeps its data and listens.</param>
    /// <param name="report">Is told what takes long, in a sentence for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AzuriteException">It cannot be used; the message says why and what to do.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        options = options with { DataFolder = Path.GetFullPath(options.DataFolder), CacheFolder = Path.GetFullPath(options.CacheFolder) };
        await using var alone = await FolderLock.TakeAsync(options.DataFolder, LockName, cancellationToken);

        var own = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.DataFolder), cancellationToken);
        if (own is not null && await HoldAsync(own, options, cancellationToken) is { } held)
        {
            if (await held.UntilReadyAsync(cancellationToken))
            {
                return new AzuriteServer(AzuriteOrigin.Joined, new AzuritePorts(own.BlobPort, own.QueuePort, own.TablePort), held);
            }

            await held.DisposeAsync();
        }

        return await FindForeignAsync(options, cancellationToken) ?? await LaunchAsync(options, report, cancellationToken);
    }

    /// <summary>Lets go of it; the last one to do so ends it and waits for that.</summary>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<AzuriteConnection?> HoldAsync(AzuriteRecord record, AzuriteOptions options, CancellationToken cancellationToken)
    {
        if (await AzuriteConnection.OpenAsync(record.Control, record.Pid, options, cancellationToken) is { } connection)
        {
            return connection;
        }

        // A keeper that takes no more connections is about to end; its ports and files are free after that.
        try
        {
            using var keeper = Process.GetProcessById(record.Pid);
            if (keeper.ProcessName.Contains("node", StringComparison.OrdinalIgnoreCase))
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(options.StartLimit);
                await keeper.WaitForExitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Two at once would destroy the data.
            throw new AzuriteException(AzuriteFault.Start, $"The Azurite that served {options.DataFolder} before, process {record.Pid}, does not end. Try again in a moment, or end that process.");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }

        return null;
    }

    private static async Task<AzuriteServer?> FindForeignAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        (string Service, int Port)[] services = [("Blob", options.Ports.Blob), ("Queue", options.Ports.Queue), ("Table", options.Ports.Table)];
        var listening = new List<(string Service, int Port, bool IsAzurite)>();
        foreach (var (service, port) in services)
        {
            if (await ListensAsync(port, cancellationToken))
            {
                listening.Add((service, port, await IsAzuriteAsync(service, port, cancellationToken)));
            }
        }

        if (listening.Count == 0)
        {
            return null;
        }

        if (listening.FirstOrDefault(static found => !found.IsAzurite) is { Port: > 0 } stranger)
        {
            throw new AzuriteException(AzuriteFault.PortTaken, $"Port {stranger.Port}, where Azurite's {stranger.Service.ToLowerInvariant()} service should listen, is taken by another program. Stop that program, or choose three other ports with MEDQA_PORTS, for example 11000,11001,11002.");
        }

        if (listening.Count < services.Length)
        {
            var missing = services.First(service => listening.TrueForAll(found => found.Port != service.Port));
            throw new AzuriteException(AzuriteFault.PortTaken, $"An Azurite listens at port {listening[0].Port}, but its {missing.Service.ToLowerInvariant()} service is not at port {missing.Port}. Start it with all three services, or choose three other ports with MEDQA_PORTS, for example 11000,11001,11002.");
        }

        var record = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob), cancellationToken);
        if (record is not null && !string.Equals(record.Data, options.DataFolder, StringComparison.Ordinal)
            && await AzuriteConnection.OpenAsync(record.Control, record.Pid, options, cancellationToken) is { } connection)
        {
            await connection.DisposeAsync();
            throw new AzuriteException(AzuriteFault.OtherData, $"Another medqa uses the ports {options.Ports} for the data folder {record.Data}, not for {options.DataFolder}. Wait for its end, use that folder with --data, or choose three other ports with MEDQA_PORTS, for example 11000,11001,11002.");
        }

        return new AzuriteServer(AzuriteOrigin.Foreign, options.Ports, null);
    }

    private static async Task<AzuriteServer> LaunchAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        await NodeRuntime.VersionAsync(options, cancellationToken);
        var package = await AzuritePackage.InstallAsync(options, report, cancellationToken);
        var logPath = Path.Combine(options.DataFolder, "azurite.log");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StartLimit);

        using var process = Process.Start(StartOf(options, package, logPath)) ?? throw new InvalidOperationException("No process was started.");
        process.StandardInput.Close();
        try
        {
            if (int.TryParse(await process.StandardOutput.ReadLineAsync(limit.Token), CultureInfo.InvariantCulture, out var control)
                && await AzuriteConnection.OpenAsync(control, process.Id, options, limit.Token) is { } connection)
            {
                if (await connection.UntilReadyAsync(limit.Token))
                {
                    return new AzuriteServer(AzuriteOrigin.Started, options.Ports, connection);
                }

                await connection.DisposeAsync();
            }

            await process.WaitForExitAsync(limit.Token);
            throw new AzuriteException(AzuriteFault.Start, $"Azurite, the storage emulator, ended at its start: {LastLines(logPath)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new AzuriteException(AzuriteFault.Start, $"Azurite, the storage emulator, did not listen within {options.StartLimit.TotalSeconds:0} seconds. It said: {LastLines(logPath)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static ProcessStartInfo StartOf(AzuriteOptions options, AzuritePackage.InstalledAzurite package, string logPath)
    {
        var start = new ProcessStartInfo(options.Node,
        [
            package.KeeperPath,
            AzuriteRecord.PathFor(options.DataFolder),
            AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob),
            logPath,
            package.EntryPath,
            "--location", options.DataFolder,
            "--blobHost", "127.0.0.1", "--blobPort", options.Ports.Blob.ToString(CultureInfo.InvariantCulture),
            "--queueHost", "127.0.0.1", "--queuePort", options.Ports.Queue.ToString(CultureInfo.InvariantCulture),
            "--tableHost", "127.0.0.1", "--tablePort", options.Ports.Table.ToString(CultureInfo.InvariantCulture),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ])
        {
            // No handle of this process reaches the keeper, or whoever reads this process's output would wait for the keeper's end.
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.DataFolder,
        };
        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        if (options.FurtherAccounts.Count > 0)
        {
            start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', options.FurtherAccounts.Select(static account => $"{account.Key}:{account.Value}").Prepend($"{Account}:{Key}"));
        }

        return start;
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<bool> IsAzuriteAsync(string service, int port, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync($"http://127.0.0.1:{port}/{Account}?comp=list", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.Headers.TryGetValues("Server", out var names) && names.Any(name => name.StartsWith($"Azurite-{service}/", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string LastLines(string logPath) =>
        File.Exists(logPath) && File.ReadLines(logPath).Where(static line => line.Length > 0).TakeLast(LogLinesShown).ToArray() is { Length: > 0 } lines
            ? string.Join(" / ", lines)
            : $"it wrote nothing into {logPath}.";
}
