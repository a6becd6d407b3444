using MedQA.Inference.Engine;

namespace MedQA.Inference.Tests.Engine;

public sealed class HeldPromptsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prompts_without_room_are_read_in_their_order()
    {
        var held = new HeldPrompts(100, static () => true);
        await held.BeginReadingAsync(60, Token);

        var large = held.BeginReadingAsync(50, Token);
        var small = held.BeginReadingAsync(30, Token);
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        held.EndReading();
        Assert.False(large.IsCompleted);
        held.LetGo(60);

        await large;
        await small;
    }

    [Fact]
    public async Task A_prompt_that_no_longer_waits_keeps_nobody_waiting_and_is_not_counted()
    {
        var held = new HeldPrompts(100, static () => true);
        await held.BeginReadingAsync(60, Token);
        using var stopping = new CancellationTokenSource();
        var large = held.BeginReadingAsync(50, stopping.Token);
        var small = held.BeginReadingAsync(40, Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => large);
        await small;
        Assert.False(held.BeginReadingAsync(1, Token).IsCompleted);
    }

    [Fact]
    public async Task A_prompt_is_read_whatever_it_takes_where_nothing_ends_by_itself()
    {
        var isDrawing = true;
        var held = new HeldPrompts(100, () => isDrawing);
        await held.BeginReadingAsync(90, Token);
        held.EndReading();
        var waits = held.BeginReadingAsync(200, Token);
        var behind = held.BeginReadingAsync(200, Token);
        Assert.False(waits.IsCompleted);

        isDrawing = false;
        held.LookAgain();

        await waits;
        Assert.False(behind.IsCompleted);
        held.EndReading();
        await behind;
    }

    [Fact]
    public async Task Whatever_is_held_cancelled_and_let_go_everybody_gets_room_and_the_limit_holds()
    {
        var (held, holds, most) = (new HeldPrompts(100, static () => true), 0L, 0L);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(
            async () =>
            {
                var bytes = 1 + (number * 37 % 60);
                using var stopping = new CancellationTokenSource();
                var begun = held.BeginReadingAsync(bytes, number % 5 == 0 ? stopping.Token : Token);
                if (number % 5 == 0)
                {
                    await stopping.CancelAsync();
                    await begun.ContinueWith(static _ => { }, TaskScheduler.Default);
                    if (begun.IsCanceled)
                    {
                        return;
                    }
                }

                await begun;
                var now = Interlocked.Add(ref holds, bytes);
                InterlockedMax(ref most, now);
                await Task.Yield();
                held.EndReading();
                Interlocked.Add(ref holds, -bytes);
                held.LetGo(bytes);
            },
            Token)));

        Assert.InRange(most, 1, 100);
        await held.BeginReadingAsync(100, Token);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Interlocked.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
