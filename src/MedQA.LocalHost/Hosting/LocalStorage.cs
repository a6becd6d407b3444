using MedQA.Files;
using MedQA.LocalHost.Azurite;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using MedQA.Pipeline.Storage;

namespace MedQA.LocalHost.Hosting;

/// <summary>The storage that a command works on: a storage account, or the emulator for as long as this is not disposed.</summary>
internal sealed class LocalStorage : IAsyncDisposable
{
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

    /// <summary>Opens the storage that the settings name; starts the emulator where none listens.</summary>
    /// <exception cref="AzuriteException">The emulator cannot be used.</exception>
    /// <exception cref="SettingException">The connection string is none.</exception>
    /// <exception cref="StorageFullException">There is no room for the emulator.</exception>
    public static async Task<LocalStorage> OpenAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        if (settings.Storage is not null)
        {
            var account = Open("--storage", settings.Storage, null);
            await account.EnsureCreatedAsync(cancellationToken);
            return new LocalStorage(account, null, $"storage account {account.Runs.AccountName}", null, null);
        }

        PrivateFiles.CreateFolder(settings.DataFolder);
        var volume = new DataVolume(settings.DataFolder);
        if (volume.IsFull)
        {
            // What is kept free for the emulator is enough to start it: what is stored can be looked at, and deleted.
            volume.Release();
        }

        var azurite = await StartAsync(settings, console, cancellationToken);
        try
        {
            var runs = Open("--ports", azurite.ConnectionString, volume);
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
            await (Volume?.PrepareEndAsync() ?? Task.CompletedTask);
            await _azurite.DisposeAsync();
        }
    }

    private static async Task<AzuriteServer> StartAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        try
        {
            return await AzuriteServer.StartAsync(settings.Azurite, console.Note, cancellationToken);
        }
        catch (Exception fault) when (fault is AzuriteException or IOException && FullFolder(settings) is { } folder)
        {
            throw new StorageFullException(FullDisk.Fact(folder), fault);
        }
    }

    private static string? FullFolder(HostSettings settings) => Array.Find([settings.DataFolder, settings.CacheFolder], static folder => new DataVolume(folder).IsFull);

    private static RunStorage Open(string setting, string connectionString, DataVolume? volume)
    {
        try
        {
            return volume is null ? StorageConnection.Open(connectionString) : StorageConnection.Open(connectionString, volume);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new SettingException(setting, "is no connection string of a storage account.", exception);
        }
    }
}
