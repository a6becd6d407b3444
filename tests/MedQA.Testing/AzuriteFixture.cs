using System.Globalization;
using MedQA.Azurite;

namespace MedQA.Testing;

/// <summary>
/// One Azurite for a test assembly, on free ports and with data of its own that goes afterwards. A test class takes it in its
/// constructor; each test asks for an account of its own, so that fixed container, queue and table names never meet.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Accounts = 300;
    private static readonly string Key = Convert.ToBase64String([.. Enumerable.Range(0, 64).Select(static value => (byte)value)]);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"medqa-tests-{Guid.NewGuid():n}");
    private AzuriteServer? _server;
    private int _taken;

    /// <summary>The connection string of the account that every tool knows.</summary>
    public string ConnectionString => Server.ConnectionString;

    private AzuriteServer Server => _server ?? throw new InvalidOperationException("The fixture is not started.");

    /// <summary>The connection string of an empty account that no other test has.</summary>
    public string NewConnectionString()
    {
        var index = Interlocked.Increment(ref _taken) - 1;
        Assert.True(index < Accounts, $"More than {Accounts} tests ask for a storage account: raise the number in {nameof(AzuriteFixture)}.");
        return Server.ConnectionStringOf(NameOf(index), Key);
    }

    /// <inheritdoc />
    public async ValueTask InitializeAsync() => _server = await AzuriteServer.StartAsync(
        new AzuriteOptions
        {
            DataFolder = _folder,
            StartLimit = TimeSpan.FromMinutes(5),
            Ports = FreePorts.Take(),
            EndLimit = TimeSpan.FromMinutes(5),
            FurtherAccounts = Enumerable.Range(0, Accounts).ToDictionary(NameOf, static _ => Key),
        },
        static message => TestContext.Current.SendDiagnosticMessage(message),
        TestContext.Current.CancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"test{index:000}");
}
