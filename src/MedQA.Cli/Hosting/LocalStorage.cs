using MedQA.Azurite;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Pipeline.Storage;

namespace MedQA.Cli.Hosting;

/// <summary>The storage of a command: a storage account, or the emulator until this is disposed.</summary>
internal sealed class LocalStorage : IAsyncDisposable
{
    private const int FirstRetries = 2;

    private readonly AzuriteServer? _azurite;

    private LocalStorage(RunStorage runs, AzuriteServer? azurite, string place, AtWork? atWork, DataVolume? volume)
    {
        Runs = runs;
        _azurite = azurite;
        Place = place;
        AtWork = atWork;
        Volume = volume;
    }

    /// <summary>The existing containers, queues and tables.</summary>
    public RunStorage Runs { get; }

    /// <summary>The display name of the storage's location.</summary>
    public string Place { get; }

    /// <summary>
    /// Tracks the processes that work on the runs of the data folder; <see langword="null"/> for another storage, on which unknown
    /// processes may work.
    /// </summary>
    public AtWork? AtWork { get; }

    /// <summary>The disk that the emulator of this data folder writes to; <see langword="null"/> for another storage.</summary>
    public DataVolume? Volume { get; }

    /// <summary>Cancelled when the emulator ends while it is used; never for another storage.</summary>
    public CancellationToken Lost => _azurite?.Lost ?? CancellationToken.None;

    /// <summary>Runs work until it ends or the emulator does.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="UnusableException">The emulator has ended.</exception>
    public async Task<T> WhileKeptAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var kept = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Lost);
        try
        {
            return await work(kept.Token);
        }
        catch (Exception) when (Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UnusableException(
                $"The storage process of {Place} has ended: it was killed, or the folder was moved or deleted. Saved data is in "
                    + "the folder",
                "Run the command again, with --data if the folder was moved");
        }
    }

    /// <inheritdoc cref="WhileKeptAsync{T}"/>
    public Task WhileKeptAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        WhileKeptAsync(
            async kept =>
            {
                await work(kept);
                return true;
            },
            cancellationToken);

    /// <summary>Waits until all stored data would survive a crash of the emulator; returns at once for another storage.</summary>
    /// <exception cref="StorageFullException">The disk is full.</exception>
    /// <exception cref="Exception">The emulator has ended; see <see cref="StorageFault"/>.</exception>
    /// <exception cref="IOException">The data cannot be written.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (_azurite?.SaveAsync(cancellationToken) ?? Task.CompletedTask);
        }
        catch (IOException exception) when (Volume is { IsShort: true } or { IsFull: true })
        {
            throw new StorageFullException(Volume!.Fact, exception);
        }
        catch (IOException exception)
        {
            EndedStoragePolicy.ThrowIf(exception, Lost);
            throw;
        }
    }

    /// <summary>Whether there is a storage already: a storage account, or what the emulator has written into the data folder.</summary>
    public static bool Exists(HostSettings settings) =>
        settings.Storage is not null || File.Exists(Path.Combine(settings.DataFolder, "__azurite_db_blob__.json"));

    /// <summary>Opens the storage of the settings, and starts the emulator if necessary.</summary>
    /// <exception cref="UnusableException">The emulator cannot be used.</exception>
    /// <exception cref="InputException">The connection string is invalid.</exception>
    /// <exception cref="StorageFullException">The disk has no space for the emulator.</exception>
    public static async Task<LocalStorage> OpenAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        if (settings.Storage is not null)
        {
            // Reports a wrong address at once; outages are retried only after that.
            await Open(
                "--storage",
                settings.Storage,
                static text => StorageConnection.Open(text, configure: static options => options.Retry.MaxRetries = FirstRetries))
                .EnsureCreatedAsync(cancellationToken);
            var account = Open("--storage", settings.Storage, static text => StorageConnection.Open(text));
            return new LocalStorage(account, null, $"storage account {account.Runs.AccountName}", null, null);
        }

        PrivateFiles.CreateFolder(settings.DataFolder);
        if (OutputFolder.WhyNotWritable(settings.DataFolder) is { } unwritable)
        {
            throw InputException.Of("--data", $"cannot be used: {unwritable}.");
        }

        var volume = new DataVolume(settings.DataFolder);
        if (volume.IsFull)
        {
            // The reserve is enough to start the emulator, so that stored data can be read and deleted.
            volume.Release();
        }

        var azurite = await StartAsync(settings, console, cancellationToken);
        try
        {
            var runs = Open(
                "--ports", azurite.ConnectionString, text => StorageConnection.Open(text, volume, new EndedStoragePolicy(azurite.Lost)));
            await runs.EnsureCreatedAsync(cancellationToken);
            volume.Reserve();
            return new LocalStorage(runs, azurite, settings.DataFolder, new AtWork(settings.DataFolder, TimeProvider.System), volume);
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Releases the emulator.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await (Volume is null || Lost.IsCancellationRequested ? Task.CompletedTask : Volume.PrepareEndAsync());
            await _azurite.DisposeAsync();
        }
    }

    private static async Task<AzuriteServer> StartAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        try
        {
            return await AzuriteServer.StartAsync(settings.Azurite, console.Note, cancellationToken);
        }
        catch (Exception exception) when (exception is UnusableException or IOException && FullFolder(settings) is { } folder)
        {
            throw new StorageFullException(FullDisk.Fact(folder), exception);
        }
    }

    private static string? FullFolder(HostSettings settings) =>
        Array.Find([settings.DataFolder, settings.Azurite.CacheFolder], static folder => new DataVolume(folder).IsFull);

    private static RunStorage Open(string setting, string connectionString, Func<string, RunStorage> open)
    {
        try
        {
            return open(connectionString);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw InputException.Of(setting, "is not a connection string of a storage account.", exception);
        }
    }
}
