using MedQA.Azurite;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Pipeline.Storage;

namespace MedQA.Cli.Hosting;

/// <summary>The storage that a command works on: a storage account, or the emulator for as long as this is not disposed.</summary>
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

    /// <summary>The containers, queues and tables; they exist.</summary>
    public RunStorage Runs { get; }

    /// <summary>Where the storage is, for people.</summary>
    public string Place { get; }

    /// <summary>
    /// Who works on the runs of the data folder; <see langword="null"/> where the storage is not in it: then others that nobody here knows
    /// of may work on them.
    /// </summary>
    public AtWork? AtWork { get; }

    /// <summary>The disk that the emulator of this data folder writes to; <see langword="null"/> for another storage.</summary>
    public DataVolume? Volume { get; }

    /// <summary>Is cancelled when the emulator ends while it is used; never for another storage.</summary>
    public CancellationToken Lost => _azurite?.Lost ?? CancellationToken.None;

    /// <summary>Works for as long as the emulator is there; another storage always is.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
                $"The process that keeps the storage in {Place} has ended: it was killed, or the folder was moved or deleted. "
                + "What it had written down is in the folder; start again, with --data where the folder has another name now.");
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

    /// <summary>Waits until everything that is stored would survive the emulator's sudden end; another storage needs nothing.</summary>
    /// <exception cref="StorageFullException">There is no room for it.</exception>
    /// <exception cref="Exception">The emulator has ended; see <see cref="StorageFault"/>.</exception>
    /// <exception cref="IOException">It cannot be written down.</exception>
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

    /// <summary>Opens the storage that the settings name; starts the emulator where none listens.</summary>
    /// <exception cref="UnusableException">The emulator cannot be used.</exception>
    /// <exception cref="InputException">The connection string is none.</exception>
    /// <exception cref="StorageFullException">There is no room for the emulator.</exception>
    public static async Task<LocalStorage> OpenAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        if (settings.Storage is not null)
        {
            // A wrong address is told at once: what waits an outage out begins to work after that.
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
            // What is kept free for the emulator is enough to start it: what is stored can be looked at, and deleted.
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

    /// <summary>Lets go of the emulator.</summary>
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
            throw InputException.Of(setting, "is no connection string of a storage account.", exception);
        }
    }
}
