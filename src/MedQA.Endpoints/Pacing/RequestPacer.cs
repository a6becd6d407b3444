using MedQA.Endpoints.Settings;

namespace MedQA.Endpoints.Pacing;

/// <summary>
/// Holds requests back so that a service's limits are kept: requests and tokens in any minute, and requests at the same time. They are let
/// through in the order in which they came. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A request stays in the account for a second more than a minute after it was let through, because the service counts from when it
/// arrives. A request that needs more tokens than this part of the limit has is let through alone, and stays in the account for as many
/// minutes as it has parts: so the limit holds across all that share it. The same is done where a share has less than one request a minute.
/// </remarks>
internal sealed class RequestPacer : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly PriorityQueue<PacedRequest, TimeSpan> _sent = new();
    private readonly EndpointLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ITimer _timer;
    private double _share = 1;
    private long _tokens;
    private int _running;
    private TimeSpan _pausedUntil;

    /// <summary>Creates one.</summary>
    /// <param name="limits">What the service allows.</param>
    /// <param name="time">The clock.</param>
    public RequestPacer(EndpointLimits limits, TimeProvider time)
    {
        (_limits, _time, _started) = (limits, time, time.GetTimestamp());
        _timer = time.CreateTimer(
            static pacer => ((RequestPacer)pacer!).LetThrough(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many requests may be under way at the same time: this part of the limit, but at least one.</summary>
    public int Concurrency
    {
        get
        {
            lock (_gate)
            {
                return ShareOf(_limits.Concurrency);
            }
        }
    }

    /// <summary>Sets the part of the limits that this process takes, where several ask the same service.</summary>
    /// <param name="share">More than 0, at most 1.</param>
    public void SetShare(double share)
    {
        if (share is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share must be more than 0 and at most 1.");
        }

        lock (_gate)
        {
            _share = share;
        }

        LetThrough();
    }

    /// <summary>Lets no request through for a while, because the service asked for it.</summary>
    public void Pause(TimeSpan duration)
    {
        lock (_gate)
        {
            var until = Now + duration;
            _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
        }
    }

    /// <summary>Waits until a request may be sent.</summary>
    /// <param name="tokens">The most tokens that it can use; <see cref="PacedRequest.Settle"/> corrects that.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>To be disposed when the request has ended.</returns>
    public Task<PacedRequest> EnterAsync(long tokens, CancellationToken cancellationToken)
    {
        var waiter = new LinkedListNode<Waiter>(new Waiter(Math.Max(tokens, 0)));
        waiter.Value.Leaving = cancellationToken.UnsafeRegister(_ => Leave(waiter, cancellationToken), null);
        lock (_gate)
        {
            if (!waiter.Value.HasLeft)
            {
                _waiting.AddLast(waiter);
            }
        }

        LetThrough();
        return waiter.Value.Entered.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    internal void Settle(PacedRequest request, long tokens)
    {
        lock (_gate)
        {
            if (!request.IsForgotten)
            {
                _tokens += tokens - request.Tokens;
                request.Tokens = tokens;
            }
        }

        LetThrough();
    }

    internal void End()
    {
        lock (_gate)
        {
            _running--;
        }

        LetThrough();
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    private void Leave(LinkedListNode<Waiter> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            waiter.Value.HasLeft = true;
            waiter.List?.Remove(waiter);
        }

        // Nothing happens to one that was let through just before.
        waiter.Value.Entered.TrySetCanceled(cancellationToken);
        LetThrough();
    }

    private void LetThrough()
    {
        lock (_gate)
        {
            Forget();
            while (_waiting.First is { Value: var next } && MayEnter(next.Tokens))
            {
                _waiting.RemoveFirst();
                next.Leaving.Unregister();
                next.Entered.SetResult(Enter(next.Tokens));
            }

            // A request that ends lets the next one through; only waiting for time needs a clock.
            if (_waiting.Count > 0 && _running < ShareOf(_limits.Concurrency) && NextChange() is { } change)
            {
                _timer.Change(change, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Forget()
    {
        while (_sent.TryPeek(out var oldest, out var until) && until <= Now)
        {
            _sent.Dequeue();
            _tokens -= oldest.Tokens;
            oldest.IsForgotten = true;
        }
    }

    private bool MayEnter(long tokens) =>
        _running < ShareOf(_limits.Concurrency)
        && Now >= _pausedUntil
        && (_limits.RequestsPerMinute is not { } requests || _sent.Count < ShareOf(requests))
        && (_limits.TokensPerMinute is not { } most || _tokens <= 0 || _tokens + tokens <= most * _share);

    private PacedRequest Enter(long tokens)
    {
        var request = new PacedRequest(this, tokens) { At = Now };
        _running++;
        if (_limits is { RequestsPerMinute: null, TokensPerMinute: null })
        {
            return request;
        }

        var parts = Math.Max(
            _limits.RequestsPerMinute is { } requests ? 1 / (requests * _share) : 1,
            _limits.TokensPerMinute is { } most ? tokens / (most * _share) : 1);
        _tokens += tokens;
        _sent.Enqueue(request, Now + (Window * Math.Max(parts, 1)));
        return request;
    }

    /// <summary>Returns how long it takes until time alone changes who may enter.</summary>
    private TimeSpan? NextChange()
    {
        var now = Now;
        return _pausedUntil > now ? _pausedUntil - now
            : _sent.TryPeek(out _, out var until) ? TimeSpan.FromTicks(Math.Max((until - now).Ticks, 1))
            : null;
    }

    private int ShareOf(int limit) => Math.Max(1, (int)(limit * _share));

    /// <summary>A request that is not let through yet.</summary>
    private sealed class Waiter(long tokens)
    {
        public long Tokens => tokens;

        public CancellationTokenRegistration Leaving { get; set; }

        public bool HasLeft { get; set; }

        public TaskCompletionSource<PacedRequest> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
