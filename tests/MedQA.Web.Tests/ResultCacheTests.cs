using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Web.Tests;

public sealed class ResultCacheTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_who_ask_at_once_and_one_who_asks_later_share_one_load()
    {
        using var cache = new ResultCache();
        var (gate, loads) = (new TaskCompletionSource(), 0);
        var asked = Enumerable.Range(0, 100).Select(_ => cache.GetAsync(Run("1"), "page", LoadAsync, Cancel)).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(asked), static part => Assert.Equal("loaded", part));
        Assert.Equal("loaded", await cache.GetAsync(Run("1"), "page", LoadAsync, Cancel));
        Assert.Equal(1, loads);

        async Task<LoadedPart<string>> LoadAsync(CancellationToken cancel)
        {
            Interlocked.Increment(ref loads);
            await gate.Task.WaitAsync(cancel);
            return new LoadedPart<string>("loaded", 6);
        }
    }

    [Fact]
    public async Task A_first_caller_who_leaves_does_not_fail_the_others()
    {
        using var cache = new ResultCache();
        using var gone = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        var first = cache.GetAsync(Run("1"), "page", LoadAsync, gone.Token);
        var second = cache.GetAsync(Run("1"), "page", LoadAsync, Cancel);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.Equal("loaded", await second);
        Assert.Equal("loaded", await cache.GetAsync(Run("1"), "page", NeverAsync, Cancel));

        async Task<LoadedPart<string>> LoadAsync(CancellationToken cancel)
        {
            await gate.Task.WaitAsync(cancel);
            return new LoadedPart<string>("loaded", 6);
        }
    }

    [Fact]
    public async Task A_load_that_fails_fails_those_who_share_it_and_is_not_kept()
    {
        using var cache = new ResultCache();
        var gate = new TaskCompletionSource();
        var asked = Enumerable.Range(0, 3).Select(_ => cache.GetAsync<string>(Run("1"), "page", FailAsync, Cancel)).ToList();
        gate.SetResult();
        foreach (var one in asked)
        {
            Assert.Equal("no storage", (await Assert.ThrowsAsync<IOException>(() => one)).Message);
        }

        Assert.Equal(0, cache.Bytes);
        Assert.Equal("new", await cache.GetAsync(Run("1"), "page", static _ => Loaded("new", 3), Cancel));

        async Task<LoadedPart<string>> FailAsync(CancellationToken cancel)
        {
            await gate.Task.WaitAsync(cancel);
            throw new IOException("no storage");
        }
    }

    [Fact]
    public async Task However_much_is_asked_for_the_limit_holds_and_what_is_too_large_is_not_kept()
    {
        const long Limit = 1 << 20;
        using var cache = new ResultCache(Limit);
        var most = 0L;
        for (var part = 0; part < 500; part++)
        {
            Assert.Equal($"{part}", await cache.GetAsync(Run("1"), $"page {part}", _ => Loaded($"{part}", 20_000), Cancel));
            most = Math.Max(most, cache.Bytes);
        }

        Assert.InRange(most, 20_000, Limit);

        using var empty = new ResultCache(Limit);
        await empty.GetAsync(Run("1"), "export", _ => Loaded("large", empty.MaxPart + 1), Cancel);
        Assert.Equal(0, empty.Bytes);
        await empty.GetAsync(Run("1"), "export", static _ => Task.FromResult(new LoadedPart<string>("not to be kept", null)), Cancel);
        Assert.Equal(0, empty.Bytes);
    }

    [Fact]
    public async Task Of_a_run_whose_result_can_change_nothing_is_kept_or_shared()
    {
        using var cache = new ResultCache();
        var loads = 0;
        for (var i = 0; i < 3; i++)
        {
            await cache.GetAsync(Run(null), "page", _ => Loaded($"{++loads}", 1), Cancel);
        }

        Assert.Equal((3, 0L), (loads, cache.Bytes));
    }

    [Fact]
    public async Task A_run_that_is_seen_changed_or_deleted_loses_its_parts_and_others_keep_theirs()
    {
        using var cache = new ResultCache();
        var other = Run("1", "bbbbbbbbbbbbbbbb");
        await cache.GetAsync(other, "page", static _ => Loaded("other", 5), Cancel);
        var kept = cache.Bytes;
        await cache.GetAsync(Run("1"), "page", static _ => Loaded("old", 3), Cancel);
        cache.See(Run("1").Run, Run("1"));
        Assert.True(cache.Bytes > kept);

        cache.See(Run("1").Run, Run(null));
        Assert.Equal(kept, cache.Bytes);
        Assert.Equal("new", await cache.GetAsync(Run("2"), "page", static _ => Loaded("new", 3), Cancel));
        cache.See(Run("1").Run, Run("2"));
        Assert.Equal("newer", await cache.GetAsync(Run("2"), "page", static _ => Loaded("newer", 5), Cancel));
        Assert.True(cache.Bytes > kept);

        cache.See(Run("1").Run, null);
        Assert.Equal(kept, cache.Bytes);
        Assert.Equal("other", await cache.GetAsync(other, "page", NeverAsync, Cancel));
    }

    [Fact]
    public async Task What_was_being_loaded_when_the_run_was_deleted_is_not_kept()
    {
        using var cache = new ResultCache();
        var gate = new TaskCompletionSource();
        var loading = cache.GetAsync(Run("1"), "page", async cancel =>
        {
            await gate.Task.WaitAsync(cancel);
            return new LoadedPart<string>("old", 3);
        }, Cancel);
        cache.See(Run("1").Run, null);
        gate.SetResult();

        Assert.Equal("old", await loading);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task A_host_that_ends_disposes_it()
    {
        var services = new ServiceCollection().AddResultCache().BuildServiceProvider();
        var cache = services.GetRequiredService<ResultCache>();
        Assert.Same(cache, services.GetRequiredService<IResultCache>());

        await services.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.GetAsync(Run("1"), "page", NeverAsync, Cancel));
    }

    private static Task<LoadedPart<string>> Loaded(string value, long bytes) => Task.FromResult(new LoadedPart<string>(value, bytes));

    private static Task<LoadedPart<string>> NeverAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("It was loaded again.");

    private static RunSummary Run(string? version, string id = "aaaaaaaaaaaaaaaa") => new()
    {
        Run = RunId.Parse(id),
        Name = "cases.csv",
        State = RunState.Completed,
        Source = "cases.csv",
        Profile = "few-shot",
        Model = "scripted",
        ModelFingerprint = "f",
        Created = DateTimeOffset.UnixEpoch,
        Changed = DateTimeOffset.UnixEpoch,
        ResultVersion = version,
    };
}
