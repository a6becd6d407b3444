using MedQA.Faults.Tests.Breaking;

[assembly: AssemblyFixture(typeof(MedQA.Faults.Tests.Undisturbed))]

namespace MedQA.Faults.Tests;

/// <summary>The report of a run that nothing happens to: made once, by the same processes.</summary>
public sealed class Undisturbed : IAsyncLifetime
{
    /// <summary>The report without its circumstances.</summary>
    public string Report { get; private set; } = "";

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        await using var run = await BrokenRun.StartAsync(Disturbance.None, TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Completed, (await run.EndAsync(TestContext.Current.CancellationToken)).State);
        Report = await run.ReportAsync(TestContext.Current.CancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
