namespace MedQA.Inference.Engine;

/// <summary>
/// Counts the bytes of the prompts that callers hold, and lets those that have no room wait for it in their order. A prompt waits only
/// while others are read or samples of several questions drawn, since those end by themselves; it does not wait for anything else, since
/// a caller may hold one prompt and read another. Safe for concurrent use.
/// </summary>
/// <param name="maxBytes">The most bytes; exceeded where waiting could be without end.</param>
/// <param name="isDrawing">Whether samples of several questions are drawn; <see cref="LookAgain"/> is called when that ends.</param>
internal sealed class HeldPrompts(long maxBytes, Func<bool> isDrawing)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private long _bytes;
    private int _reading;

    /// <summary>Waits for room, and counts a prompt that is read now: <see cref="EndReading"/> and <see cref="LetGo"/> follow.</summary>
    /// <param name="bytes">What it takes.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is counted then.</param>
    public async Task BeginReadingAsync(long bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(bytes);
        lock (_lock)
        {
            _waiting.AddLast(waiting);
            Admit();
        }

        await using var cancelling = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                // Whoever was admitted before goes on, and is told to stop by its reading.
                if (_waiting.Remove(waiting))
                {
                    waiting.Room.SetCanceled(cancellationToken);
                    Admit();
                }
            }
        });
        await waiting.Room.Task.ConfigureAwait(false);
    }

    /// <summary>A prompt has been read, or could not be.</summary>
    public void EndReading()
    {
        lock (_lock)
        {
            _reading--;
            Admit();
        }
    }

    /// <summary>A prompt is no longer held.</summary>
    public void LetGo(long bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            Admit();
        }
    }

    /// <summary>Returns whether so many bytes fit beside the prompts that are held now.</summary>
    public bool HasRoomFor(long bytes)
    {
        lock (_lock)
        {
            return _bytes + bytes <= maxBytes;
        }
    }

    /// <summary>Lets those who wait look whether they still have to.</summary>
    public void LookAgain()
    {
        lock (_lock)
        {
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First?.Value is { } first && ((_reading == 0 && !isDrawing()) || _bytes + first.Bytes <= maxBytes))
        {
            _waiting.RemoveFirst();
            _bytes += first.Bytes;
            _reading++;
            first.Room.SetResult();
        }
    }

    private sealed record Waiting(long Bytes)
    {
        public TaskCompletionSource Room { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
