namespace MedQA.Web.Tests.Catalog;

/// <summary>
/// Two servers with runs and a study in the states that <see cref="KnownCalls"/> need, for all tests of a class. The tests leave these as they are:
/// what a test changes it makes itself.
/// </summary>
public class KnownPlace(AzuriteFixture azurite) : IAsyncLifetime
{
    private ApiServer? _server;
    private ApiServer? _held;
    private Place? _place;

    /// <summary>The server that works.</summary>
    internal ApiServer Server => _server ?? throw new InvalidOperationException("The fixture is not started.");

    /// <summary>The server whose model does not answer.</summary>
    internal ApiServer Held => _held ?? throw new InvalidOperationException("The fixture is not started.");

    /// <summary>What there is to call for.</summary>
    internal Place Place => _place ?? throw new InvalidOperationException("The fixture is not started.");

    /// <summary>Whether the server is the web server that hosts have, and not one in memory.</summary>
    private protected virtual bool IsOnNetwork => false;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync(azurite.NewConnectionString(), new ApiLimits { WatchFor = TimeSpan.FromMilliseconds(20) }, onNetwork: IsOnNetwork);
        _held = await ApiServer.StartAsync(azurite.NewConnectionString(), held: true);
        _place = await KnownCalls.PlaceAsync(_server, _held);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_held is not null)
        {
            _held.Model.Go.TrySetResult();
            await _held.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

/// <summary>The same on the web server that hosts have.</summary>
public sealed class KnownPlaceOnNetwork(AzuriteFixture azurite) : KnownPlace(azurite)
{
    private protected override bool IsOnNetwork => true;
}
