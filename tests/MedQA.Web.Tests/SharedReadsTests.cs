namespace MedQA.Web.Tests;

public sealed class SharedReadsTests : IDisposable
{
    private readonly SharedReads<string, int> _reads = new();
    private readonly Queue<TaskCompletionSource<int>> _begun = new();
    private readonly SemaphoreSlim _some = new(0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _some.Dispose();

    [Fact]
    public async Task Those_who_come_during_a_read_share_the_next_one_and_nobody_gets_what_was_read_before()
    {
        var first = _reads.ReadAsync("run", ReadAsync, Cancel);
        var began = await NextAsync();
        var later = Enumerable.Range(0, 100).Select(_ => _reads.ReadAsync("run", ReadAsync, Cancel)).ToList();
        began.SetResult(1);
        Assert.Equal(1, await first);
        Assert.All(later, static one => Assert.False(one.IsCompleted));

        (await NextAsync()).SetResult(2);
        Assert.All(await Task.WhenAll(later), static found => Assert.Equal(2, found));

        var last = _reads.ReadAsync("run", ReadAsync, Cancel);
        (await NextAsync()).SetResult(3);
        Assert.Equal(3, await last);
    }

    [Fact]
    public async Task A_read_that_fails_fails_its_callers_only()
    {
        var first = _reads.ReadAsync("run", ReadAsync, Cancel);
        var began = await NextAsync();
        var second = _reads.ReadAsync("run", ReadAsync, Cancel);
        began.SetException(new IOException("no storage"));
        Assert.Equal("no storage", (await Assert.ThrowsAsync<IOException>(() => first)).Message);

        (await NextAsync()).SetResult(2);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_waiting_of_nobody_else()
    {
        using var gone = new CancellationTokenSource();
        var first = _reads.ReadAsync("run", ReadAsync, gone.Token);
        var began = await NextAsync();
        var second = _reads.ReadAsync("run", ReadAsync, gone.Token);
        var third = _reads.ReadAsync("run", ReadAsync, Cancel);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        began.SetResult(1);
        (await NextAsync()).SetResult(2);
        Assert.Equal(2, await third);
    }

    [Fact]
    public async Task Reads_of_different_keys_do_not_wait_for_each_other()
    {
        var first = _reads.ReadAsync("run", ReadAsync, Cancel);
        var began = await NextAsync();
        var other = _reads.ReadAsync("other", ReadAsync, Cancel);
        (await NextAsync()).SetResult(2);
        Assert.Equal(2, await other);
        Assert.False(first.IsCompleted);
        began.SetResult(1);
        Assert.Equal(1, await first);
    }

    private Task<int> ReadAsync()
    {
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_begun)
        {
            _begun.Enqueue(read);
        }

        _some.Release();
        return read.Task;
    }

    private async Task<TaskCompletionSource<int>> NextAsync()
    {
        await _some.WaitAsync(Cancel);
        lock (_begun)
        {
            return _begun.Dequeue();
        }
    }
}
