using System.Buffers.Text;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Web.Contracts;

namespace MedQA.Web;

/// <summary>A run as a look at the storage found it, and as it is sent.</summary>
/// <param name="Run">The run; <see langword="null"/> where it is deleted.</param>
/// <param name="Id">The same as long as what is sent is: whichever process is asked, it knows what a reader has seen.</param>
/// <param name="Data">What is sent.</param>
/// <param name="Answers">How many requests to look came before the look began.</param>
internal sealed record RunLook(RunSummary? Run, string Id, string Data, long Answers = 0)
{
    /// <summary>Whether nothing will change any more.</summary>
    public bool HasEnded => Run is { Requested: RequestedAction.None } run && run.State.IsFinal();

    /// <summary>What was found.</summary>
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

/// <summary>The runs that are watched in this process: each is looked at by one reader, however many listen.</summary>
public sealed class RunWatches
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, RunWatch> _watches = [];

    /// <summary>Listens to a run, until the result is disposed.</summary>
    internal RunListener Join(Api api, RunId run)
    {
        lock (_lock)
        {
            // One whose reader has met a fault is not joined: whoever comes back is told of the fault, or finds the storage well again.
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

/// <summary>One of those who listen to a run.</summary>
internal sealed class RunListener(RunWatch watch, long asked, Action<RunWatch> leave) : IDisposable
{
    /// <summary>
    /// Ends with the next look that finds something else, or with the reader's fault. Take it before <see cref="FindAsync"/>, and wait for
    /// it afterwards: so nothing is missed.
    /// </summary>
    public Task Changed => watch.Changed;

    /// <summary>The last look; the first time one that began after this listener came.</summary>
    /// <exception cref="Exception">The storage does not answer the reader.</exception>
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
/// The reader of a run that is watched: looks again when this process has written a run, when somebody comes, and from time to time.
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

    /// <summary>How many listen; guarded by the lock of <see cref="RunWatches"/>.</summary>
    public int Listeners { get; set; }

    /// <summary>The last look, or <see langword="null"/> before the first.</summary>
    public RunLook? Last => Volatile.Read(ref _last);

    /// <summary>Ends with the next look, or with the reader's fault.</summary>
    public Task Looked => _looked.Next;

    /// <summary>Ends with the next look that finds something else, or with the reader's fault.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Whether the reader has met a fault, and looks no more.</summary>
    public bool HasFailed => Volatile.Read(ref _fault) is not null;

    /// <summary>Throws the fault that the reader has met, where it has met one.</summary>
    public void ThrowFault() => Volatile.Read(ref _fault)?.Throw();

    /// <summary>Has the reader look again.</summary>
    /// <returns>What <see cref="RunLook.Answers"/> of a look that began afterwards is at least.</returns>
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
                // Taken before the look, so that no change falls between the two; one that has not come yet is waited for on.
                again = again.IsCompleted ? Task.WhenAny(_api.Signals.RunWritten.Next, _asked.Next) : again;
                var requests = Interlocked.Read(ref _requests);
                var look = RunLook.Of(await _api.Reader.GetAsync(Run, stop)) with { Answers = requests };
                var before = Interlocked.Exchange(ref _last, look);
                _looked.Set();
                if (before?.Id != look.Id)
                {
                    _changed.Set();
                }

                await again.WaitAsync(_api.Limits.WatchEvery, _api.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception exception)
        {
            // Each listener throws it.
            Volatile.Write(ref _fault, ExceptionDispatchInfo.Capture(exception));
            _looked.Set();
            _changed.Set();
        }
    }
}
