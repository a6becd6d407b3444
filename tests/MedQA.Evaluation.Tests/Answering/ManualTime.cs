namespace MedQA.Evaluation.Tests.Answering;

/// <summary>A clock that stands still until a test moves it; timers that come due fire at once.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Elapse(TimeSpan time)
    {
        _ticks += time.Ticks;
        foreach (var timer in _timers.ToArray())
        {
            timer.FireIfDue(_ticks);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(callback, state, _ticks + dueTime.Ticks);
        _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(TimerCallback callback, object? state, long due) : ITimer
    {
        private bool _done;

        public void FireIfDue(long now)
        {
            if (!_done && now >= due)
            {
                _done = true;
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _done = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
