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

        await using var first = await new EndpointShare(storage, one, "one", time).TakeAsync(Cancel);
        Assert.Equal(1, one.Share);

        var joining = new EndpointShare(storage, two, "two", time).TakeAsync(Cancel);
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

        var joining = new EndpointShare(storage, next, "next", time).TakeAsync(Cancel);
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

        await using var share = await new EndpointShare(storage, again, "same", new FakeTimeProvider()).TakeAsync(Cancel);

        Assert.Equal(1, again.Share);
    }

    [Fact]
    public async Task Five_that_begin_together_all_come_to_a_fifth()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider();
        var sharers = Enumerable.Range(0, 5).Select(static _ => new Sharer()).ToList();

        var joining = Task.WhenAll(sharers.Select((sharer, index) => new EndpointShare(storage, sharer, $"{index}", time).TakeAsync(Cancel)));
        await AdvanceUntilAsync(time, () => joining.IsCompleted && sharers.All(static sharer => sharer.Share == 0.2));

        foreach (var share in await joining)
        {
            await share.DisposeAsync();
        }
    }

    [Fact]
    public async Task Batches_of_one_worker_that_come_and_go_at_once_keep_its_share()
    {
        var storage = await azurite.NewAsync();
        var (own, blob) = (new Sharer(), storage.RunBlob($"endpoints/{new Sharer().Description.Fingerprint}.json"));
        var share = new EndpointShare(storage, own, "own", new FakeTimeProvider());
        var used = await share.TakeAsync(Cancel);
        for (var i = 0; i < 20; i++)
        {
            var (next, before) = (share.TakeAsync(Cancel), used);
            await Task.WhenAll(next, before.DisposeAsync().AsTask());
            await before.DisposeAsync();
            used = await next;
            Assert.Contains("\"id\":\"own\"", (await blob.FindContentAsync(Cancel))!.ToString(), StringComparison.Ordinal);
        }

        await used.DisposeAsync();
        Assert.DoesNotContain("\"own\"", (await blob.FindContentAsync(Cancel))!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_stopped_while_it_waits_for_others_stops_no_other_batch()
    {
        var storage = await azurite.NewAsync();
        var time = new FakeTimeProvider();
        await using var other = await new EndpointShare(storage, new Sharer(), "other", time).TakeAsync(Cancel);
        var own = new Sharer();
        var share = new EndpointShare(storage, own, "own", time);
        using var stopping = new CancellationTokenSource();
        var stopped = share.TakeAsync(stopping.Token);
        await UntilAsync(() => own.Share == 0.5);

        var next = share.TakeAsync(Cancel);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        await AdvanceUntilAsync(time, () => next.IsCompleted);

        await (await next).DisposeAsync();
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
