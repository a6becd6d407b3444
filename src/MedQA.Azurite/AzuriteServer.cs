using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Azurite;

/// <summary>The process that started the Azurite of a host.</summary>
internal enum AzuriteOrigin
{
    /// <summary>This process started it.</summary>
    Started,

    /// <summary>Another medqa process started it for the same data folder.</summary>
    Joined,
}

/// <summary>
/// The storage emulator of a host: started on demand, shared with other medqa processes on the same data folder, and stopped in order with
/// the last of them, even if that one is killed.
/// </summary>
internal sealed class AzuriteServer : IAsyncDisposable
{
    // The account and key of the development store are documented and the same everywhere; other tools use them.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string LockName = "azurite.lock";
    private const string LogName = "azurite.log";
    private const int LogLinesShown = 3;

    private readonly AzuriteConnection _connection;

    private AzuriteServer(AzuriteOrigin origin, AzuriteConnection connection)
    {
        Origin = origin;
        _connection = connection;
    }

    /// <summary>The process that started it.</summary>
    public AzuriteOrigin Origin { get; }

    /// <summary>The ports that it listens on.</summary>
    public AzuritePorts Ports => new(_connection.Record.BlobPort, _connection.Record.QueuePort, _connection.Record.TablePort);

    /// <summary>The connection string of the development store, with a key that only users of this Azurite know.</summary>
    public string ConnectionString => ConnectionStringAt(Ports, Account, _connection.Record.Key ?? Key);

    /// <summary>Cancelled when it ends while in use: it was killed, or its data folder was moved or deleted.</summary>
    public CancellationToken Lost => _connection.Lost;

    /// <summary>Waits until all acknowledged writes are saved to files.</summary>
    /// <exception cref="IOException">The writes could not be saved, or Azurite has ended.</exception>
    public Task SaveAsync(CancellationToken cancellationToken) => _connection.SaveAsync(cancellationToken);

    /// <summary>Returns the connection string of one of <see cref="AzuriteOptions.FurtherAccounts"/>.</summary>
    public string ConnectionStringOf(string account, string key) => ConnectionStringAt(Ports, account, key);

    /// <summary>Returns the connection string of an account at the given ports, by default of the development store.</summary>
    public static string ConnectionStringAt(AzuritePorts ports, string account = Account, string key = Key) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};"
            + $"BlobEndpoint=http://127.0.0.1:{ports.Blob}/{account};QueueEndpoint=http://127.0.0.1:{ports.Queue}/{account};"
            + $"TableEndpoint=http://127.0.0.1:{ports.Table}/{account};");

    /// <summary>Connects to the Azurite that owns the data folder, or starts one.</summary>
    /// <param name="options">Its data folder and ports.</param>
    /// <param name="report">Receives messages about long operations.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="UnusableException">Azurite cannot be used; the message says why and what to do.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        options = options with { DataFolder = Path.GetFullPath(options.DataFolder), CacheFolder = Path.GetFullPath(options.CacheFolder) };
        RefuseFolders(options);
        using var alone = await TakeTurnAsync(options, report, cancellationToken);
        if (OwnerLock.IsTaken(options.DataFolder) && await JoinAsync(options, report, cancellationToken) is { } joined)
        {
            return joined;
        }

        await RefuseOthersAtAsync(options, cancellationToken);
        return await LaunchAsync(options, report, cancellationToken);
    }

    /// <summary>Releases Azurite; the last user stops it and waits for its end.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Throws if a folder has the name of a file that is kept there.</summary>
    private static void RefuseFolders(AzuriteOptions options)
    {
        var folder = options.DataFolder;
        PrivateFiles.CreateFolder(folder);
        string[] files =
        [
            Path.Combine(folder, LockName), OwnerLock.PathIn(folder), AzuriteRecord.PathFor(folder), Path.Combine(folder, LogName),
            AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob),
        ];
        if (Array.Find(files, Directory.Exists) is { } path)
        {
            throw new UnusableException($"{path} is a folder, but medqa keeps a file of that name there", "Move the folder");
        }
    }

    private static async Task<FolderLock> TakeTurnAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        using var limit = new AwakeLimit(options.StartLimit, TimeProvider.System, cancellationToken);
        try
        {
            return await FolderLock.TakeAsync(
                options.DataFolder,
                LockName,
                process => report(
                    $"Waiting for another medqa{FolderLock.Named(process)}, which is starting on "
                        + $"{options.DataFolder}…{Suspended(process)}"),
                limit.Token);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnusableException(
                $"This user cannot write to {options.DataFolder}. A data folder belongs to the user who created it: use your own with "
                    + "--data, or run the command as that user.",
                exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var process = FolderLock.Holder(options.DataFolder, LockName);
            throw new UnusableException(
                $"Another medqa{FolderLock.Named(process)} began to start on {options.DataFolder} and did not finish within "
                    + $"{options.StartLimit.TotalSeconds:0} seconds."
                + (Suspended(process) is { Length: > 0 } suspended ? suspended : " Try again later, or end that process."));
        }
    }

    /// <summary>Joins the owner of the data folder; returns <see langword="null"/> if it has ended meanwhile.</summary>
    private static async Task<AzuriteServer?> JoinAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        AzuriteRecord? record = null;
        using var limit = new AwakeLimit(options.StartLimit, TimeProvider.System, cancellationToken);
        await using var patience = new Timer(
            _ =>
                report(
                    $"Waiting for the process{FolderLock.Named(record?.Pid)} that serves {options.DataFolder}…{Suspended(record?.Pid)}"),
            null,
            FolderLock.WaitSilently,
            Timeout.InfiniteTimeSpan);
        try
        {
            do
            {
                // An owner that does not listen, or serves another folder, is asked once; only a changed record names another process.
                var asked = record;
                record = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.DataFolder), limit.Token);
                if (record is not null
                    && record != asked
                    && await AzuriteConnection.OpenAsync(record.Control, options, limit.Token) is { } connection)
                {
                    if (await connection.UntilReadyAsync(limit.Token))
                    {
                        return new AzuriteServer(AzuriteOrigin.Joined, connection);
                    }

                    await connection.DisposeAsync();
                }

                // An owner that accepts no more connections is saving its data before it ends.
                await Task.Delay(FolderLock.LookAgainAfter, limit.Token);
            }
            while (OwnerLock.IsTaken(options.DataFolder));
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnusableException(
                $"{options.DataFolder} is in use by a process that does not "
                    + $"answer{(record is null ? "" : $"; {AzuriteRecord.PathFor(options.DataFolder)} names process {record.Pid}")}."
                + (Suspended(record?.Pid) is { Length: > 0 } suspended
                    ? suspended
                    : " End the medqa that uses the folder, possibly in a container or on another machine. If the folder was copied with "
                        + "hard links, copy it without them."));
        }
    }

    private static string Suspended(int? process) => process is { } id && IsSuspended(id)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" That process is suspended: continue it with `fg` in its terminal or `kill -CONT {id}`, or end it with `kill -KILL {id}`.")
        : "";

    // Only Linux shows this without another program; elsewhere the sentence is omitted.
    private static bool IsSuspended(int process)
    {
        try
        {
            // "PID (name) STATE …", where NAME may contain spaces and parentheses. T means stopped by a signal, t by a debugger.
            var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return status.LastIndexOf(')') is >= 0 and var end && status[end..].AsSpan(1).TrimStart() is ['T' or 't', ..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task RefuseOthersAtAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        const string OtherPorts = "choose three other ports with --ports or MEDQA_PORTS, for example 11000,11001,11002";
        foreach (var (service, port) in new[]
        {
            ("Blob", options.Ports.Blob),
            ("Queue", options.Ports.Queue),
            ("Table", options.Ports.Table)
        })
        {
            if (!await ListensAsync(port, cancellationToken))
            {
                continue;
            }

            if (!await IsAzuriteAsync(service, port, cancellationToken))
            {
                throw new UnusableException(
                    $"Port {port}, where Azurite's {service.ToLowerInvariant()} service should listen, is used by another program",
                    $"Stop that program, or {OtherPorts}");
            }

            var record = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob), cancellationToken);
            throw new UnusableException(
                record is not null && !string.Equals(record.Data, options.DataFolder, StringComparison.Ordinal)
                    ? $"A medqa uses the ports {options.Ports} for the data folder {record.Data}, not for {options.DataFolder}. Wait "
                        + $"until it ends, use that folder with --data, or {OtherPorts}."
                    : $"An Azurite that was not started for {options.DataFolder} listens on port {port}. To store runs in its data, use "
                        + "--storage \""
                        + (options.Ports == AzuritePorts.WellKnown ? "UseDevelopmentStorage=true" : ConnectionStringAt(options.Ports))
                        + $"\". Otherwise stop it, or {OtherPorts}.");
        }
    }

    private static async Task<AzuriteServer> LaunchAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        await NodeRuntime.VersionAsync(options, cancellationToken);
        var package = await AzuritePackage.InstallAsync(options, report, cancellationToken);
        var logPath = Path.Combine(options.DataFolder, LogName);
        using var process = StartOwner(StartOf(options, package, logPath), options.DataFolder);
        process.StandardInput.Close();
        using var limit = new AwakeLimit(options.StartLimit, TimeProvider.System, cancellationToken);
        try
        {
            if (int.TryParse(await process.StandardOutput.ReadLineAsync(limit.Token), CultureInfo.InvariantCulture, out var control)
                && await AzuriteConnection.OpenAsync(control, options, limit.Token) is { } connection)
            {
                if (await connection.UntilReadyAsync(limit.Token))
                {
                    return new AzuriteServer(AzuriteOrigin.Started, connection);
                }

                await connection.DisposeAsync();
            }

            await process.WaitForExitAsync(limit.Token);
            await RefuseOthersAtAsync(options, limit.Token);
            throw new UnusableException($"Azurite, the storage emulator, ended while starting: {LastLines(logPath)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new UnusableException(
                $"Azurite, the storage emulator, did not listen within {options.StartLimit.TotalSeconds:0} seconds. Its log: "
                    + $"{LastLines(logPath)}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process StartOwner(ProcessStartInfo start, string dataFolder)
    {
        // The lock is taken last, so that no other child of this process, such as npm, inherits it.
        using var owner = OwnerLock.TryTake(dataFolder)
            ?? throw new UnusableException(
                $"{dataFolder} was just taken by another process",
                "Run the command again");
        var process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        owner.LeaveToChild();
        return process;
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
            "--location", ".",
            "--blobHost", "127.0.0.1", "--blobPort", options.Ports.Blob.ToString(CultureInfo.InvariantCulture),
            "--queueHost", "127.0.0.1", "--queuePort", options.Ports.Queue.ToString(CultureInfo.InvariantCulture),
            "--tableHost", "127.0.0.1", "--tablePort", options.Ports.Table.ToString(CultureInfo.InvariantCulture),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ])
        {
            // The keeper inherits only the owner's lock. With other handles, readers of this process's output would wait for the keeper to
            // end.
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

        // Ignores variables for the user's own Azurite, such as other accounts, or a database instead of the data folder.
        start.Environment.Remove("AZURITE_DB");
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(
            ';', options.FurtherAccounts.Select(static account => $"{account.Key}:{account.Value}").Prepend($"{Account}:{Key}"));
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
            using var response = await client.GetAsync(
                $"http://127.0.0.1:{port}/{Account}?comp=list", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.Headers.TryGetValues("Server", out var names)
                && names.Any(name => name.StartsWith($"Azurite-{service}/", StringComparison.Ordinal));
        }
        catch (Exception exception)
            when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string LastLines(string logPath) =>
        File.Exists(logPath)
            && File.ReadLines(logPath).Where(static line => line.Length > 0).TakeLast(LogLinesShown).ToArray() is { Length: > 0 } lines
            ? string.Join(" / ", lines)
            : $"it wrote nothing to {logPath}.";
}
