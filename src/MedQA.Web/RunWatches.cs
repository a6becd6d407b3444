using System.Buffers.Text;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Web.Contracts;

namespace MedQA.Web;

/// <summary>A run as read from the storage, and as sent to watchers.</summary>
/// <param name="Run">The run; <see langword="null"/> if it is deleted.</param>
/// <param name="Id">A hash of the data, so that any process recognizes what a watcher has seen.</param>
/// <param name="Data">The data sent.</param>
/// <param name="Answers">The number of read requests before this read began.</param>
internal sealed record RunLook(RunSummary? Run, string Id, string Data, long Answers = 0)
{
    /// <summary>Changes when answers have appeared in the lists of a run in progress; 0 while there are none.</summary>
    public long AnswersVersion { get; init; }

    /// <summary>Whether the run has ended and will not change.</summary>
    public bool HasEnded => Run is { Requested: RequestedAction.None } run && run.State.IsFinal();

    /// <summary>Creates a look from a run.</summary>
    public static RunLook Of(RunSummary? run)
    {
        if (run is null)
        {
            return new RunLook(null, "", "");
        }

        var data = JsonSerializer.SerializeToUtf8Bytes(RunResource.Of(run), WebJson.Default.RunResource);
        return new RunLook(run, Base64Url.EncodeToString(SHA256.HashData(data).AsSpan(0, 12)), Encoding.UTF8.GetString(data));
    }
}

/// <summary>The runs watched in this process. Each has one reader, shared by all its listeners.</summary>
public sealed class RunWatches
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, RunWatch> _watches = [];

    /// <summary>Listens to a run until the result is disposed.</summary>
    internal RunListener Join(Api api, RunId run)
    {
        lock (_lock)
        {
            // A failed reader is replaced: a reconnecting client gets the fault again, or finds the storage recovered.
            if (!_watches.TryGetValue(run, out var watch) || watch.HasFailed)
            {
                _watches[run] = watch = new RunWatch(api, run);
            }

            watch.Listeners++;
            return new RunListener(watch, watch.Ask(), Leave);
        }
    }

    private void Leave(RunWatch watch)
    {
        lock (_lock)
        {
            if (--watch.Listeners > 0)
            {
                return;
            }

            if (_watches.GetValueOrDefault(watch.Run) == watch)
            {
                _watches.Remove(watch.Run);
            }
        }

        watch.Dispose();
    }
}

/// <summary>A listener to a run.</summary>
internal sealed class RunListener(RunWatch watch, long asked, Action<RunWatch> leave) : IDisposable
{
    /// <summary>
    /// Completes with the next changed look or the reader's fault. Get it before calling <see cref="FindAsync"/> and await it
    /// afterwards, so that no change is missed.
    /// </summary>
    public Task Changed => watch.Changed;

    /// <summary>Returns the latest look that began after this listener was created.</summary>
    /// <exception cref="Exception">The reader failed to read the storage.</exception>
    public async Task<RunLook> FindAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var looked = watch.Looked;
            watch.ThrowFault();
            if (watch.Last is { } last && last.Answers >= asked)
            {
                return last;
            }

            await looked.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => leave(watch);
}

/// <summary>
/// The reader of a watched run. It reads again when this process writes a run, when a listener joins, and periodically.
/// </summary>
internal sealed class RunWatch : IDisposable
{
    private readonly Api _api;
    private readonly CancellationTokenSource _end = new();
    private readonly Broadcast _asked = new();
    private readonly Broadcast _looked = new();
    private readonly Broadcast _changed = new();
    private RunLook? _last;
    private ExceptionDispatchInfo? _fault;
    private long _requests;

    public RunWatch(Api api, RunId run)
    {
        (_api, Run) = (api, run);
        var stop = _end.Token;
        _ = Task.Run(() => ReadAsync(stop), CancellationToken.None);
    }

    /// <summary>The run.</summary>
    public RunId Run { get; }

    /// <summary>The number of listeners; guarded by the lock of <see cref="RunWatches"/>.</summary>
    public int Listeners { get; set; }

    /// <summary>The latest look, or <see langword="null"/> before the first.</summary>
    public RunLook? Last => Volatile.Read(ref _last);

    /// <summary>Completes with the next look or the reader's fault.</summary>
    public Task Looked => _looked.Next;

    /// <summary>Completes with the next changed look or the reader's fault.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Whether the reader has failed and stopped.</summary>
    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Throws the reader's fault, if any.</summary>
    public void ThrowFault() => Volatile.Read(ref _fault)?.Throw();

    /// <summary>Requests another look.</summary>
    /// <returns>The minimum <see cref="RunLook.Answers"/> of a look that began afterwards.</returns>
    public long Ask()
    {
        var number = Interlocked.Increment(ref _requests);
        _asked.Set();
        return number;
    }

    /// <summary>Ends the reader.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            Task again = Task.CompletedTask;
            while (!stop.IsCancellationRequested)
            {
                // Subscribed before the look, so that no change is missed between the two; a pending one is kept.
                again = again.IsCompleted ? Task.WhenAny(_api.Signals.RunWritten.Next, _asked.Next) : again;
                var requests = Interlocked.Read(ref _requests);
                var run = await _api.Reader.GetAsync(Run, stop);
                var look = RunLook.Of(run) with
                {
                    Answers = requests,
                    AnswersVersion = run is null ? 0 : await _api.Reader.GetAnswersVersionAsync(run, stop),
                };
                var before = Interlocked.Exchange(ref _last, look);
                _looked.Set();
                if (before?.Id != look.Id || before.AnswersVersion != look.AnswersVersion)
                {
                    _changed.Set();
                }

                await again.WaitAsync(_api.Limits.WatchEvery, _api.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // No listeners are left.
        }
        catch (Exception exception)
        {
            // Each listener rethrows it.
            Volatile.Write(ref _fault, ExceptionDispatchInfo.Capture(exception));
            _looked.Set();
            _changed.Set();
        }
    }
}
