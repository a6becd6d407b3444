namespace MedQA.Pipeline.Signalling;

/// <summary>
/// Wakes everybody of this process who waits at that moment. Whoever wants to miss nothing takes <see cref="Next"/> before looking, and
/// waits for it afterwards.
/// </summary>
public sealed class Broadcast
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends with the next <see cref="Set"/>.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes everybody who waits.</summary>
    public void Set() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
