namespace MedQA.Azurite.Tests;

public sealed class AwakeLimitTests
{
    [Fact]
    public void Only_steps_that_this_process_was_awake_for_count()
    {
        var time = new SteppedTime();
        using var limit = new AwakeLimit(TimeSpan.FromSeconds(2), time, CancellationToken.None);

        // However long the sleep before it was, a late step is one step.
        for (var step = 0; step < 7; step++)
        {
            time.Step();
            Assert.False(limit.Token.IsCancellationRequested);
        }

        time.Step();
        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void Whoever_gives_up_before_does_not_wait_for_the_limit()
    {
        using var stop = new CancellationTokenSource();
        using var limit = new AwakeLimit(TimeSpan.FromHours(1), TimeProvider.System, stop.Token);

        stop.Cancel();

        Assert.True(limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_step_after_the_end_changes_nothing()
    {
        var time = new SteppedTime();
        var limit = new AwakeLimit(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
        var token = limit.Token;
        limit.Dispose();

        time.Step();

        Assert.False(token.IsCancellationRequested);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private Action? _step;

        public void Step() => _step!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(period, dueTime);
            Assert.Equal(TimeSpan.FromMilliseconds(250), period);
            _step = () => callback(state);
            return TimeProvider.System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
