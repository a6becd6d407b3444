using MedQA.LocalHost.Azurite;
using MedQA.LocalHost.Settings;
using MedQA.LocalHost.Terminal;
using MedQA.Pipeline.Storage;

namespace MedQA.LocalHost.Hosting;

/// <summary>The storage that a command works on: a storage account, or the emulator for as long as this is not disposed.</summary>
internal sealed class LocalStorage : IAsyncDisposable
{
    private readonly AzuriteServer? _azurite;

    private LocalStorage(RunStorage runs, AzuriteServer? azurite, string place, AtWork? atWork = null)
    {
        Runs = runs;
        _azurite = azurite;
        Place = place;
        AtWork = atWork;
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

    /// <summary>Opens the storage that the settings name; starts the emulator where none listens.</summary>
    /// <exception cref="AzuriteException">The emulator cannot be used.</exception>
    /// <exception cref="SettingException">The connection string is none.</exception>
    public static async Task<LocalStorage> OpenAsync(HostSettings settings, HostConsole console, CancellationToken cancellationToken)
    {
        if (settings.Storage is not null)
        {
            var account = Open("--storage", settings.Storage);
            await account.EnsureCreatedAsync(cancellationToken);
            return new LocalStorage(account, null, $"storage account {account.Runs.AccountName}");
        }

        var azurite = await AzuriteServer.StartAsync(settings.Azurite, console.Note, cancellationToken);
        try
        {
            var runs = Open("--ports", azurite.ConnectionString);
            await runs.EnsureCreatedAsync(cancellationToken);
            return new LocalStorage(runs, azurite, settings.DataFolder, new AtWork(settings.DataFolder, TimeProvider.System));
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets go of the emulator.</summary>
    public ValueTask DisposeAsync() => _azurite?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static RunStorage Open(string setting, string connectionString)
    {
        try
        {
            return StorageConnection.Open(connectionString);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new SettingException(setting, "is no connection string of a storage account.", exception);
        }
    }
}
