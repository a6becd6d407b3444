using MedQA.Faults.Tests.Breaking;

namespace MedQA.Faults.Tests;

/// <summary>A storage that is killed forgets what it has not flushed: what was answered may be asked again, and nothing is there twice.</summary>
public sealed class KilledStorageTests(Undisturbed undisturbed)
{
    [Fact]
    public Task Where_the_storage_itself_is_killed_and_forgets_the_run_ends_with_every_question_once() =>
        Seeds.TryAllAsync("Azurite is killed", Seeds.Of(usual: 0, oneOf: 10), async (seed, cancel) =>
        {
            await using var run = await BrokenRun.StartAsync(new Disturbance { Seed = -seed, Requests = 0.02, Acts = 12, KillsAzurite = true }, cancel);
            await run.BreakAsync(cancel);
            await run.MustBeCompleteAsync(undisturbed.Report, cancel);
        });
}
