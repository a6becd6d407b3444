using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Answering;

/// <summary>Workers of several processes that ask one service with limits.</summary>
public sealed class EndpointShareTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_that_come_and_go_use_equal_shares_that_never_add_up_to_more_than_all()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider();
        var (one, two) = (new Sharer(), new Sharer());

        await using var first = await EndpointShare.TakeAsync(storage, one, "one", time, Cancel);
        Assert.Equal(1, one.Share);

        var joining = EndpointShare.TakeAsync(storage, two, "two", time, Cancel);
        await UntilAsync(() => two.Share == 0.5);
        Assert.False(joining.IsCompleted, "The other still uses all.");
        Assert.Equal(1, one.Share);

        await AdvanceUntilAsync(time, () => joining.IsCompleted);
        Assert.Equal((0.5, 0.5), (one.Share, two.Share));

        await (await joining).DisposeAsync();
        await AdvanceUntilAsync(time, () => one.Share == 1);
    }

    [Fact]
    public async Task A_worker_that_was_killed_is_waited_for_until_it_is_surely_gone()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider();
        await storage.RunBlob($"endpoints/{new Sharer().Description.Fingerprint}.json").PutAsync(
            BinaryData.FromString("""{"v":1,"generation":7,"workers":[{"id":"killed","beat":3,"seen":7}]}"""), "application/json", Cancel);
        var began = time.GetUtcNow();
        var next = new Sharer();

        var joining = EndpointShare.TakeAsync(storage, next, "next", time, Cancel);
        await AdvanceUntilAsync(time, () => joining.IsCompleted, timesAsFast: 25);

        Assert.InRange(time.GetUtcNow() - began, EndpointShare.GoneAfter, EndpointShare.GoneAfter + TimeSpan.FromSeconds(10));
        Assert.Equal(1, next.Share);
        await (await joining).DisposeAsync();
    }

    [Fact]
    public async Task A_worker_that_is_started_again_does_not_wait_for_itself()
    {
        var storage = await azurite.NewAsync();
        await storage.RunBlob($"endpoints/{new Sharer().Description.Fingerprint}.json").PutAsync(
            BinaryData.FromString("""{"v":1,"generation":7,"workers":[{"id":"same","beat":3,"seen":7}]}"""), "application/json", Cancel);
        var again = new Sharer();

        await using var share = await EndpointShare.TakeAsync(storage, again, "same", new FakeTimeProvider(), Cancel);

        Assert.Equal(1, again.Share);
    }

    [Fact]
    public async Task Five_that_begin_together_all_come_to_a_fifth()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider();
        var sharers = Enumerable.Range(0, 5).Select(static _ => new Sharer()).ToList();

        var joining = Task.WhenAll(sharers.Select((sharer, index) => EndpointShare.TakeAsync(storage, sharer, $"{index}", time, Cancel)));
        await AdvanceUntilAsync(time, () => joining.IsCompleted && sharers.All(static sharer => sharer.Share == 0.2));

        foreach (var share in await joining)
        {
            await share.DisposeAsync();
        }
    }

    /// <summary>
    /// Lets the clock run some times as fast as the real one. Storage answers in real time: where others are alive, it must not be so fast
    /// that they seem to be gone while a busy machine lets them wait for an answer.
    /// </summary>
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> holds, int timesAsFast = 5) => await UntilAsync(() =>
    {
        time.Advance(timesAsFast * LookEvery);
        return holds();
    });

    /// <summary>Waits for calls of the storage, which has no event for them.</summary>
    private static async Task UntilAsync(Func<bool> holds)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
            await Task.Delay(LookEvery, Cancel);
        }
    }

    private sealed class Sharer : ILanguageModel
    {
        public double Share { get; private set; }

        public ModelDescription Description { get; } = new()
        {
            Name = "large", Fingerprint = "large", EngineFingerprint = "endpoint", ContextLength = 1000, HasChatTemplate = true, HasLimits = true,
        };

        public void UseShare(double share) => Share = share;

        public int CountTokens(Prompt prompt) => throw new NotSupportedException();

        public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
