using System.Runtime.InteropServices;

namespace MedQA.Faults.Host;

/// <summary>A clock that somebody sets an hour ahead (SIGHUP) or back (SIGQUIT) while the process runs. As on a machine, timers do not notice.</summary>
internal sealed class JumpingTime : TimeProvider, IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private long _ahead;

    /// <summary>Waits for the signals.</summary>
    public JumpingTime() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Jump(context, TimeSpan.FromHours(1))),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => Jump(context, TimeSpan.FromHours(-1))),
    ];

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    private void Jump(PosixSignalContext context, TimeSpan by)
    {
        context.Cancel = true;
        Interlocked.Add(ref _ahead, by.Ticks);
    }
}
