using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MedQA.Evaluation;

namespace MedQA.Azurite;

/// <summary>Whose Azurite a host uses.</summary>
internal enum AzuriteOrigin
{
    /// <summary>This process started it.</summary>
    Started,

    /// <summary>Another process of this tool started it for the same data folder.</summary>
    Joined,
}

/// <summary>
/// The storage emulator as a host uses it: started where nothing listens, shared with other processes of this tool on the same
/// data folder, and ended in order with the last of them, also when that one is killed.
/// </summary>
internal sealed class AzuriteServer : IAsyncDisposable
{
    // The development store's account and key are the same on every machine and documented; other tools use them.
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

    /// <summary>Whose it is.</summary>
    public AzuriteOrigin Origin { get; }

    /// <summary>Where it listens.</summary>
    public AzuritePorts Ports => new(_connection.Record.BlobPort, _connection.Record.QueuePort, _connection.Record.TablePort);

    /// <summary>The connection string of the development store. It has a key that only those who share this Azurite know.</summary>
    public string ConnectionString => ConnectionStringAt(Ports, Account, _connection.Record.Key ?? Key);

    /// <summary>Is cancelled when it ends while it is used: it was killed, or its data folder was moved or deleted.</summary>
    public CancellationToken Lost => _connection.Lost;

    /// <summary>Waits until everything that it has acknowledged is in files.</summary>
    /// <exception cref="IOException">It could not be written, or Azurite has ended.</exception>
    public Task SaveAsync(CancellationToken cancellationToken) => _connection.SaveAsync(cancellationToken);

    /// <summary>The connection string of one of <see cref="AzuriteOptions.FurtherAccounts"/>.</summary>
    public string ConnectionStringOf(string account, string key) => ConnectionStringAt(Ports, account, key);

    /// <summary>The connection string of an account at ports; of the development store where none is named.</summary>
    public static string ConnectionStringAt(AzuritePorts ports, string account = Account, string key = Key) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};"
            + $"BlobEndpoint=http://127.0.0.1:{ports.Blob}/{account};QueueEndpoint=http://127.0.0.1:{ports.Queue}/{account};"
            + $"TableEndpoint=http://127.0.0.1:{ports.Table}/{account};");

    /// <summary>Uses the Azurite that owns the data folder; starts one where none does.</summary>
    /// <param name="options">Where it keeps its data and listens.</param>
    /// <param name="report">Is told what takes long, in a sentence for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UnusableException">It cannot be used; the message says why and what to do.</exception>
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

    /// <summary>Lets go of it; the last one to do so ends it and waits for that.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Refuses folders that have the names of files that are kept there.</summary>
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
            throw new UnusableException($"{path} is a folder, but medqa keeps a file of that name there. Move it away.");
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
                $"This user may not write in {options.DataFolder}. A data folder belongs to the user who made it: use one of your own "
                    + "with --data, or run the command as that user.",
                exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var process = FolderLock.Holder(options.DataFolder, LockName);
            throw new UnusableException(
                $"Another medqa{FolderLock.Named(process)} began to start on {options.DataFolder} and has not finished in "
                    + $"{options.StartLimit.TotalSeconds:0} seconds."
                + (Suspended(process) is { Length: > 0 } suspended ? suspended : " Try again in a moment, or end that process."));
        }
    }

    /// <summary>Joins the owner of the data folder; <see langword="null"/> where it has ended meanwhile.</summary>
    private static async Task<AzuriteServer?> JoinAsync(AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        AzuriteRecord? record = null;
        using var limit = new AwakeLimit(options.StartLimit, TimeProvider.System, cancellationToken);
        await using var patience = new Timer(
            _ =>
                report($"Waiting for the process{FolderLock.Named(record?.Pid)} that serves {options.DataFolder}…{Suspended(record?.Pid)}"),
            null,
            FolderLock.WaitSilently,
            Timeout.InfiniteTimeSpan);
        try
        {
            do
            {
                // Who does not listen there, or keeps another folder, is asked once: only another record names another process.
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

                // An owner that takes no more connections is about to end and saves.
                await Task.Delay(FolderLock.LookAgainAfter, limit.Token);
            }
            while (OwnerLock.IsTaken(options.DataFolder));
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnusableException(
                $"{options.DataFolder} is in use by a process that does not "
                    + $"answer{(record is null ? "" : $"; {AzuriteRecord.PathFor(options.DataFolder)} says it is process {record.Pid}")}."
                + (Suspended(record?.Pid) is { Length: > 0 } suspended
                    ? suspended
                    : " End the medqa that uses the folder, which may be in a container or on another machine. If the folder was copied "
                        + "with hard links, copy it without them."));
        }
    }

    private static string Suspended(int? process) => process is { } id && IsSuspended(id)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $" That process is suspended: continue it with `fg` in its terminal or `kill -CONT {id}`, or end it with `kill -KILL {id}`.")
        : "";

    // Only Linux tells without another program; elsewhere the sentence stays out.
    private static bool IsSuspended(int process)
    {
        try
        {
            // "PID (name) STATE …", and a name may hold spaces and parentheses. T is stopped by a signal, t by a debugger.
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
                    $"Port {port}, where Azurite's {service.ToLowerInvariant()} service should listen, is taken by another program. Stop "
                        + $"that program, or {OtherPorts}.");
            }

            var record = await AzuriteRecord.ReadAsync(AzuriteRecord.PathFor(options.CacheFolder, options.Ports.Blob), cancellationToken);
            throw new UnusableException(
                record is not null && !string.Equals(record.Data, options.DataFolder, StringComparison.Ordinal)
                    ? $"A medqa uses the ports {options.Ports} for the data folder {record.Data}, not for {options.DataFolder}. Wait for "
                        + $"its end, use that folder with --data, or {OtherPorts}."
                    : $"An Azurite that was not started for {options.DataFolder} listens at port {port}. To store runs in its data, ask "
                        + "for it: "
                        + "--storage \""
                        + (options.Ports == AzuritePorts.WellKnown ? "UseDevelopmentStorage=true" : ConnectionStringAt(options.Ports))
                        + $"\". Else stop it, or {OtherPorts}.");
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
            throw new UnusableException($"Azurite, the storage emulator, ended at its start: {LastLines(logPath)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new UnusableException(
                $"Azurite, the storage emulator, did not listen within {options.StartLimit.TotalSeconds:0} seconds. It said: "
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
        // The lock is taken last: no other child of this process, such as npm, may inherit it.
        using var owner = OwnerLock.TryTake(dataFolder)
            ?? throw new UnusableException(
                $"{dataFolder} has just been taken by a process that does not wait for its turn. Run the command again.");
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
            // No handle of this process but the owner's lock reaches the keeper, or whoever reads this process's output would wait for the
            // keeper's end.
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

        // What a person set up for an Azurite of their own is not for this one: other accounts, or a database instead of the data folder.
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
            : $"it wrote nothing into {logPath}.";
}
