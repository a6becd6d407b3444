using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;

namespace MedQA.Web.Tests;

public sealed class RecentComparisonsTests
{
    private readonly RecentComparisons _recent = new();
    private int _made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_at_once_and_later_share_one_comparison()
    {
        var gate = new TaskCompletionSource();
        var asked = Enumerable.Range(0, 20).Select(_ => _recent.GetAsync("a,b", () => MakeAsync(gate.Task), Cancel)).ToList();
        gate.SetResult();
        var first = await asked[0];

        Assert.All(await Task.WhenAll(asked), comparison => Assert.Same(first, comparison));
        Assert.Same(first, await _recent.GetAsync("a,b", () => MakeAsync(Task.CompletedTask), Cancel));
        Assert.Equal(1, _made);
        Assert.NotSame(first, await _recent.GetAsync("b,a", () => MakeAsync(Task.CompletedTask), Cancel));
    }

    [Fact]
    public async Task One_that_could_not_be_made_is_tried_again_and_one_whose_first_caller_has_gone_is_made_all_the_same()
    {
        await Assert.ThrowsAsync<InputException>(() => _recent.GetAsync("a,b", static () => throw new InputException("They differ."), Cancel));
        using var gone = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var left = _recent.GetAsync("a,b", () => MakeAsync(gate.Task), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.SetResult();

        Assert.NotNull(await _recent.GetAsync("a,b", () => MakeAsync(Task.CompletedTask), Cancel));
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task The_ones_that_nobody_has_asked_for_lately_are_forgotten()
    {
        for (var i = 0; i < 32; i++)
        {
            await _recent.GetAsync($"{i}", () => MakeAsync(Task.CompletedTask), Cancel);
        }

        await _recent.GetAsync("0", () => MakeAsync(Task.CompletedTask), Cancel);
        await _recent.GetAsync("new", () => MakeAsync(Task.CompletedTask), Cancel);
        Assert.Equal(33, _made);

        await _recent.GetAsync("0", () => MakeAsync(Task.CompletedTask), Cancel);
        Assert.Equal(33, _made);
        await _recent.GetAsync("1", () => MakeAsync(Task.CompletedTask), Cancel);
        Assert.Equal(34, _made);
    }

    private async Task<RunComparison> MakeAsync(Task gate)
    {
        Interlocked.Increment(ref _made);
        await gate;
        return new RunComparison { Runs = [], Pairs = [] };
    }
}
