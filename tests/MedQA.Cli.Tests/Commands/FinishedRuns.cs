[assembly: AssemblyFixture(typeof(MedQA.Cli.Tests.Commands.FinishedRuns))]

namespace MedQA.Cli.Tests.Commands;

/// <summary>
/// A data folder with two finished runs of the same 6 questions with 3 samples each and another seed, made by the tool when a test first asks for it. Each test gets a copy: to copy takes
/// no time, and a run takes seconds.
/// </summary>
public sealed class FinishedRuns : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-finished-").FullName;
    private readonly Lazy<Task<(string First, string Second)>> _made;

    /// <summary>Makes nothing yet.</summary>
    public FinishedRuns() => _made = new(MakeAsync);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Gives the tool, which has no data yet, a copy.</summary>
    /// <returns>The names of the two runs.</returns>
    internal async Task<(string First, string Second)> CopyToAsync(MedqaProcess medqa)
    {
        var runs = await _made.Value;
        MedqaProcess.Copy(Path.Combine(_folder, ".medqa"), Path.Combine(medqa.Folder, ".medqa"));
        return runs;
    }

    private async Task<(string First, string Second)> MakeAsync()
    {
        await using var medqa = new MedqaProcess();
        var (sums, profile) = (medqa.Sums(6), medqa.Profile(samples: 3));
        string first, second;
        await using (await medqa.HoldStorageAsync())
        {
            first = await RunAsync();
            second = await RunAsync("--seed", "2");
        }

        MedqaProcess.Copy(Path.Combine(medqa.Folder, ".medqa"), Path.Combine(_folder, ".medqa"));
        return (first, second);

        async Task<string> RunAsync(params string[] more) =>
            (await medqa.JsonAsync(["run", sums, "--profile", profile, .. more])).GetProperty("run").GetProperty("run").GetString()!;
    }
}
