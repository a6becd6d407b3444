using MedQA.Faults.Tests.Breaking;

namespace MedQA.Faults.Tests;

/// <summary>Whatever breaks, a run ends with every question once and the report of an undisturbed one. Real processes are killed, Azurite restarts, and requests and messages are lost, late, refused or doubled.</summary>
public sealed class BrokenRunTests(Undisturbed undisturbed)
{
    [LongFact]
    public Task Whatever_breaks_the_run_ends_with_every_question_once_and_the_report_of_an_undisturbed_one() =>
        Seeds.TryAllAsync("everything breaks", Seeds.Of(usual: 1), async (seed, cancel) =>
        {
            await using var run = await BrokenRun.StartAsync(new Disturbance { Seed = seed, Requests = 0.04, Acts = 12 }, cancel);
            await run.BreakAsync(cancel);
            await run.MustBeCompleteAsync(undisturbed.Report, cancel);
        });
}
