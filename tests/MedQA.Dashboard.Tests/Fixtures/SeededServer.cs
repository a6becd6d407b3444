
namespace MedQA.Dashboard.Tests.Fixtures;

/// <summary>One server with two finished runs over the same questions, for the tests that only look.</summary>
public sealed class SeededServer(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int Questions = 40;

    private Server? _server;

    /// <summary>A run of 11 samples per question.</summary>
    public string Voted { get; private set; } = "";

    /// <summary>A run of one sample per question.</summary>
    public string Greedy { get; private set; } = "";

    /// <summary>Each kind of page with something on it, by the part of the address behind the host.</summary>
    public IReadOnlyList<string> Filled => ["#/", $"#/runs/{Voted}", $"#/runs/{Voted}/questions?at=1", $"#/compare?runs={Voted},{Greedy}", "#/new"];

    /// <summary>Those, and pages with nothing on them.</summary>
    public IReadOnlyList<string> Pages => [.. Filled, $"#/runs/{Voted}/questions?filter=unanswered", "#/compare", "#/runs/aaaaaaaaaaaaaaaa", "#/nothing"];

    internal Server Server => _server ?? throw new InvalidOperationException("The fixture is not started.");

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _server = await Fixtures.Server.StartAsync(azurite.NewConnectionString());
        var questions = Fixtures.Server.Questions(Questions);
        Voted = await _server.FinishedAsync(questions);
        Greedy = await _server.FinishedAsync(questions, "chain-of-thought");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
