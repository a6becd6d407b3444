using MedQA.Functions.Advancing;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace MedQA.Functions.Tests.Advancing;

public sealed class RunOrchestratorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_steps_until_nothing_is_left_to_do_and_shows_the_progress()
    {
        var steps = new Steps(static step => Answer(step < 3 ? 0 : null, step));
        var (instance, asked) = await RunAsync(steps, "aaaaaaaaaaaaaaaa");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
        Assert.Equal(["aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"], asked);
        Assert.Equal(3, instance.ReadCustomStatusAs<RunStepProgress>()!.Done);
    }

    [Fact]
    public async Task A_run_that_takes_many_steps_begins_its_history_anew_and_goes_on()
    {
        const int Many = (2 * RunOrchestrator.StepsOfAHistory) + 5;
        var (instance, asked) = await RunAsync(new Steps(static step => Answer(step < Many ? 0 : null, step)), "bbbbbbbbbbbbbbbb");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
        Assert.Equal(Many + 1, asked.Count);
    }

    [Fact]
    public async Task A_step_that_fails_is_tried_again()
    {
        var steps = new Steps(static step => step == 0 ? throw new InvalidOperationException("The storage is away.") : Answer(null, step));
        var (instance, asked) = await RunAsync(steps, "cccccccccccccccc");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, instance.RuntimeStatus);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task A_pause_is_as_long_as_the_step_says()
    {
        var steps = new Steps(static step => Answer(step == 0 ? 1.5 : null, step));
        var (instance, _) = await RunAsync(steps, "dddddddddddddddd");
        Assert.InRange(instance.LastUpdatedAt - instance.CreatedAt, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    private static RunStep Answer(double? seconds, int done) => new(seconds, new RunStepProgress("Running", 100, done, 0, 10, done));

    private static async Task<(OrchestrationMetadata Instance, List<string> Asked)> RunAsync(Steps steps, string run)
    {
        await using var host = await DurableHost.StartAsync(registry =>
        {
            registry.AddOrchestratorFunc(RunOrchestrator.Name, RunOrchestrator.RunAsync);
            registry.AddActivityFunc<string, RunStep>(AdvanceFunctions.Step, (_, id) => steps.Next(id));
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync(RunOrchestrator.Name, input: null, new StartOrchestrationOptions(run), Cancel);
        return (await host.Client.WaitForInstanceCompletionAsync(run, getInputsAndOutputs: true, Cancel), steps.Asked);
    }

    private sealed class Steps(Func<int, RunStep> answer)
    {
        public List<string> Asked { get; } = [];

        public RunStep Next(string run)
        {
            Asked.Add(run);
            return answer(Asked.Count - 1);
        }
    }
}
