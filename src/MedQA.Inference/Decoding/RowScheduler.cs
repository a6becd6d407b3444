using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Sessions;

namespace MedQA.Inference.Decoding;

/// <summary>
/// Draws single samples of several questions together: each is a row, a step appends a token to every row, and rows join and leave between
/// steps, first come, first served. Other work of the engine takes its turn between two steps. Used only where a row's bits do not depend
/// on the other rows (<see cref="Engine.RowIndependence"/>), so what is drawn is what the question alone would give. Safe for concurrent
/// use.
/// </summary>
/// <param name="session">The graph.</param>
/// <param name="drawing">Draws tokens from logits; used only by the holder of <paramref name="gate"/>.</param>
/// <param name="gate">Held for each step: the engine's.</param>
/// <param name="idle">Called when no sample is drawn and none waits any more.</param>
/// <param name="maxRows">The most rows of a step, at least 1.</param>
/// <param name="maxBytes">The most bytes of the rows' cells; a single row may exceed it.</param>
internal sealed class RowScheduler(
    DecoderSession session, SampleDrawing drawing, SemaphoreSlim gate, Action idle, int maxRows, long maxBytes) : IDisposable
{
    // Cells per row are a multiple of this, so that prompts of similar length use the same memory.
    private const int CellStep = 64;

    private readonly RaggedRows _rows = new(session);

    // The sample of each row, in the order of the rows. Touched only by the holder of the gate, as the rows are.
    private readonly List<Entry> _drawn = [];

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _waiting = [];
    private bool _isRunning;
    private bool _isDisposed;

    /// <summary>Draws one sample after a prompt.</summary>
    /// <param name="prompt">The prompt, which must not be disposed of before the returned task has ended.</param>
    /// <param name="request">The request, which asks for one sample.</param>
    /// <param name="cancellationToken">Ends the task at once; the row leaves before the next step.</param>
    /// <param name="thoughts">What the sample may think; <see langword="null"/> for no limit.</param>
    public async Task<Sample> DrawAsync(
        ReadTokens prompt, SampleRequest request, CancellationToken cancellationToken, ThoughtBudget? thoughts = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = new Entry(prompt, request, thoughts);
        lock (_lock)
        {
            _waiting.Enqueue(entry);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        await using var cancelling = cancellationToken.Register(() => entry.Result.TrySetCanceled(cancellationToken));
        return await entry.Result.Task.ConfigureAwait(false);
    }

    /// <summary>Frees the rows; called by the holder of the gate. Samples that are being drawn fail.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _rows.Dispose();
    }

    /// <summary>How many rows are in use; read by the holder of the gate.</summary>
    public int Rows => _rows.Count;

    /// <summary>How often the gate was taken; read by its holder.</summary>
    public int Turns { get; private set; }

    /// <summary>Whether a sample is being drawn or waits to be.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _isRunning;
            }
        }
    }

    private async Task RunAsync()
    {
        do
        {
            await gate.WaitAsync().ConfigureAwait(false);
            try
            {
                Turns++;
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                LeaveEnded();
                Join();
                Step();
            }
            catch (Exception exception)
            {
                // The samples in flight fail; those that wait get their own chance, unless the model is gone.
                Fail(exception);
            }
            finally
            {
                gate.Release();
            }
        }
        while (GoesOn());
        idle();
    }

    private bool GoesOn()
    {
        lock (_lock)
        {
            return _isRunning = _drawn.Count > 0 || _waiting.Count > 0;
        }
    }

    /// <summary>Takes out the rows of samples that have ended, have failed or are no longer wanted.</summary>
    private void LeaveEnded()
    {
        for (var row = _drawn.Count - 1; row >= 0; row--)
        {
            if (_drawn[row].Result.Task.IsCompleted)
            {
                Leave(row);
            }
        }
    }

    /// <summary>Lets samples that wait join, in their order, as long as there is room.</summary>
    private void Join()
    {
        while (Next() is { } entry && HasRoom(entry))
        {
            lock (_lock)
            {
                _waiting.Dequeue();
            }

            try
            {
                entry.Sample = drawing.Begin(entry.Prompt.Logits, entry.Request, 0, entry.Thoughts);
                if (entry.Sample.HasEnded)
                {
                    entry.Finish();
                    continue;
                }

                if (_drawn.Count == 0)
                {
                    MakeRoom(CellsOf(entry));
                }

                _rows.Add(entry.Prompt.Cache);
                _drawn.Add(entry);
            }
            catch (Exception exception)
            {
                entry.Result.TrySetException(exception);
            }
        }
    }

    /// <summary>Returns the first sample that waits and is still wanted.</summary>
    private Entry? Next()
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var entry))
            {
                if (!entry.Result.Task.IsCompleted)
                {
                    return entry;
                }

                _waiting.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Returns whether a sample can join now. A longer one than the rows have cells for waits until no row is in use.</summary>
    private bool HasRoom(Entry entry) =>
        _drawn.Count == 0 || (_rows.Count < _rows.Capacity && CellsOf(entry) <= _rows.CellsPerRow);

    /// <summary>Gives every row the cells that the next sample needs, and as many rows as fit then.</summary>
    private void MakeRoom(int cells)
    {
        var rounded = Math.Min((cells + CellStep - 1) / CellStep * CellStep, session.Layout.MostCells ?? int.MaxValue);
        var rows = (int)Math.Clamp(maxBytes / KeyValueCache.BytesOf(session.Layout, 1, rounded), 1, maxRows);
        if (cells > _rows.CellsPerRow || rows > _rows.Capacity)
        {
            _rows.Reserve(rows, rounded);
        }
    }

    private static int CellsOf(Entry entry) =>
        SamplePlan.CellsOf(isPacked: false, entry.Prompt.Ids.Length, samples: 1, entry.Request.MaxTokens);

    /// <summary>Appends each sample's last token and draws its next; samples that have ended leave.</summary>
    private void Step()
    {
        if (_drawn.Count == 0)
        {
            return;
        }

        Span<int> tokens = stackalloc int[_drawn.Count];
        for (var row = 0; row < tokens.Length; row++)
        {
            tokens[row] = _drawn[row].Sample!.LastToken;
        }

        _rows.Step(tokens);
        foreach (var (row, entry) in _drawn.Index())
        {
            try
            {
                entry.Sample!.Append(drawing.Draw(_rows.LogitsOf(row), entry.Sample));
                if (entry.Sample.HasEnded)
                {
                    entry.Finish();
                }
            }
            catch (Exception exception)
            {
                // Such as logits that are no numbers: this row's alone.
                entry.Result.TrySetException(exception);
            }
        }

        LeaveEnded();
    }

    /// <summary>Takes a row out; the last row moves to its place.</summary>
    private void Leave(int row)
    {
        _rows.RemoveAt(row);
        _drawn[row] = _drawn[^1];
        _drawn.RemoveAt(_drawn.Count - 1);
    }

    private void Fail(Exception exception)
    {
        foreach (var entry in _drawn)
        {
            entry.Result.TrySetException(exception);
        }

        _drawn.Clear();
        if (!_isDisposed)
        {
            _rows.Clear();
            return;
        }

        lock (_lock)
        {
            while (_waiting.TryDequeue(out var entry))
            {
                entry.Result.TrySetException(exception);
            }
        }
    }

    private sealed record Entry(ReadTokens Prompt, SampleRequest Request, ThoughtBudget? Thoughts)
    {
        public TaskCompletionSource<Sample> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SampleInProgress? Sample { get; set; }

        public void Finish() => Result.TrySetResult(Sample!.Finish());
    }
}
