using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// This worker's share of the limits of its model's service: 1/n, with n workers at work on runs of that model. They find each other by a
/// blob that each renews; who comes later begins only when the others have seen it and have reduced their own shares, or are gone. No clock
/// of another machine counts. All batches of a worker use its one share, from the first that takes it until the last has given it back.
/// </summary>
/// <param name="storage">Where the workers find each other.</param>
/// <param name="model">The model; one whose service has limits.</param>
/// <param name="worker">What tells this worker from all others, and stays the same when it is started again.</param>
/// <param name="time">The clock.</param>
internal sealed class EndpointShare(RunStorage storage, ILanguageModel model, string worker, TimeProvider time) : IDisposable
{
    /// <summary>How often a worker shows that it is there, and looks for others.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>After how long without a sign a worker is gone.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly StoredBlob _blob = storage.RunBlob($"endpoints/{model.Description.Fingerprint}.json");
    private readonly Dictionary<string, (long Beat, long Since)> _heard = [];
    private readonly SemaphoreSlim _changing = new(1);
    private CancellationTokenSource? _left;
    private Task _renewing = Task.CompletedTask;
    private int _users;

    /// <summary>Takes the share; it is given back when the result is disposed.</summary>
    /// <param name="cancellationToken">Ends the waiting for others.</param>
    public async Task<IAsyncDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (_users == 0)
            {
                await JoinAsync(cancellationToken);
            }

            _users++;
        }
        finally
        {
            _changing.Release();
        }

        return new Use(this);
    }

    /// <summary>Ends it, when no batch uses it any more.</summary>
    public void Dispose()
    {
        _changing.Dispose();
        _left?.Dispose();
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            var joined = await ShowAsync(cancellationToken);
            while (!joined.Workers.All(other => other.Id == worker || other.Seen >= joined.Generation))
            {
                // Storage has no event for this.
                await Task.Delay(LookEvery, time, cancellationToken);
                joined = await ShowAsync(cancellationToken);
            }
        }
        catch
        {
            await LeaveAsync();
            throw;
        }

        _left = new CancellationTokenSource();
        _renewing = RenewAsync(_left.Token);
    }

    private async ValueTask ReturnAsync()
    {
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            if (--_users == 0)
            {
                await _left!.CancelAsync();
                await _renewing;
                _left.Dispose();
                await LeaveAsync();
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task LeaveAsync()
    {
        _heard.Clear();
        try
        {
            await ChangeAsync(shares => shares with
            {
                Generation = shares.Generation + 1,
                Workers = shares.Workers.RemoveAll(other => other.Id == worker)
            }, CancellationToken.None);
        }
        catch (Exception exception) when (exception.IsOfStorage())
        {
            // The others see that it is gone when it shows itself no more.
        }
    }

    private async Task RenewAsync(CancellationToken left)
    {
        while (!left.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RenewEvery, time, left);
                await ShowAsync(left);
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception.IsOfStorage())
            {
                // The share stays what it is until storage answers again; the batch's lease decides whether the work goes on.
            }
        }
    }

    /// <summary>Shows that this worker is there, leaves out those that are gone, and uses the share that follows.</summary>
    private async Task<EndpointShares> ShowAsync(CancellationToken cancellationToken)
    {
        var shown = await ChangeAsync(shares =>
        {
            var own = shares.Workers.FirstOrDefault(other => other.Id == worker);
            var others = shares.Workers.RemoveAll(other => other == own || IsGone(other));
            var isSame = own is not null && others.Length == shares.Workers.Length - 1;
            var generation = isSame ? shares.Generation : shares.Generation + 1;
            var self = new SharingWorker(worker, (own?.Beat ?? 0) + 1, generation);
            return new EndpointShares { Generation = generation, Workers = others.Add(self) };
        }, cancellationToken);
        model.UseShare(1.0 / shown.Workers.Length);
        return shown;
    }

    private bool IsGone(SharingWorker other)
    {
        if (!_heard.TryGetValue(other.Id, out var heard) || heard.Beat != other.Beat)
        {
            _heard[other.Id] = (other.Beat, time.GetTimestamp());
            return false;
        }

        return time.GetElapsedTime(heard.Since) >= GoneAfter;
    }

    private async Task<EndpointShares> ChangeAsync(Func<EndpointShares, EndpointShares> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (before, version) = await ReadAsync(cancellationToken);
            var after = change(before);
            using var content = new MemoryStream(
                JsonSerializer.SerializeToUtf8Bytes(after, PipelineJson.Compact.EndpointShares), writable: false);
            if (await _blob.TryWriteAsync(content, "application/json", version, cancellationToken) is not null)
            {
                return after;
            }
        }
    }

    private async Task<(EndpointShares Shares, StoredVersion? Version)> ReadAsync(CancellationToken cancellationToken)
    {
        if (await _blob.FindStreamAsync(cancellationToken) is not { } blob)
        {
            return (new EndpointShares(), null);
        }

        await using var content = blob.Content;
        return (
            await JsonSerializer.DeserializeAsync(content, PipelineJson.Compact.EndpointShares, cancellationToken) ?? new EndpointShares(),
            blob.Version);
    }

    /// <summary>One batch's use of the share.</summary>
    private sealed class Use(EndpointShare share) : IAsyncDisposable
    {
        private EndpointShare? _share = share;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _share, null)?.ReturnAsync() ?? ValueTask.CompletedTask;
    }
}
