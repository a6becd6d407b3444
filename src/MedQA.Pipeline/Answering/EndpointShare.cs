using System.Text.Json;
using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// This worker's share of the limits of its model's service: 1/n, with n workers at work on runs of that model. They find each other by a
/// blob that each renews; who comes later begins only when the others have seen it and have reduced their own shares, or are gone. No clock
/// of another machine counts.
/// </summary>
internal sealed class EndpointShare : IAsyncDisposable
{
    /// <summary>How often a worker shows that it is there, and looks for others.</summary>
    public static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>After how long without a sign a worker is gone.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly StoredBlob _blob;
    private readonly ILanguageModel _model;
    private readonly string _worker;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (long Beat, long Since)> _heard = [];
    private readonly CancellationTokenSource _left = new();
    private Task _renewing = Task.CompletedTask;

    private EndpointShare(RunStorage storage, ILanguageModel model, string worker, TimeProvider time) => (_blob, _model, _worker, _time) =
        (storage.RunBlob($"endpoints/{model.Description.Fingerprint}.json"), model, worker, time);

    /// <summary>Takes a share; it is given back when the result is disposed.</summary>
    /// <param name="storage">Where the workers find each other.</param>
    /// <param name="model">The model; one whose service has limits.</param>
    /// <param name="worker">What tells this worker from all others, and stays the same when it is started again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting for others.</param>
    public static async Task<EndpointShare> TakeAsync(
        RunStorage storage, ILanguageModel model, string worker, TimeProvider time, CancellationToken cancellationToken)
    {
        var share = new EndpointShare(storage, model, worker, time);
        try
        {
            var joined = await share.ShowAsync(cancellationToken);
            while (!joined.Workers.All(other => other.Id == worker || other.Seen >= joined.Generation))
            {
                // Storage has no event for this.
                await Task.Delay(LookEvery, time, cancellationToken);
                joined = await share.ShowAsync(cancellationToken);
            }

            share._renewing = share.RenewAsync();
            return share;
        }
        catch
        {
            await share.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the share back to the others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _renewing;
        _left.Dispose();
        try
        {
            await ChangeAsync(shares => shares with
            {
                Generation = shares.Generation + 1,
                Workers = shares.Workers.RemoveAll(other => other.Id == _worker)
            }, CancellationToken.None);
        }
        catch (Exception exception) when (exception.IsOfStorage())
        {
            // The others see that it is gone when it shows itself no more.
        }
    }

    private async Task RenewAsync()
    {
        while (!_left.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RenewEvery, _time, _left.Token);
                await ShowAsync(_left.Token);
            }
            catch (OperationCanceledException) when (_left.IsCancellationRequested)
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
            var own = shares.Workers.FirstOrDefault(other => other.Id == _worker);
            var others = shares.Workers.RemoveAll(other => other == own || IsGone(other));
            var isSame = own is not null && others.Length == shares.Workers.Length - 1;
            var generation = isSame ? shares.Generation : shares.Generation + 1;
            var self = new SharingWorker(_worker, (own?.Beat ?? 0) + 1, generation);
            return new EndpointShares { Generation = generation, Workers = others.Add(self) };
        }, cancellationToken);
        _model.UseShare(1.0 / shown.Workers.Length);
        return shown;
    }

    private bool IsGone(SharingWorker other)
    {
        if (!_heard.TryGetValue(other.Id, out var heard) || heard.Beat != other.Beat)
        {
            _heard[other.Id] = (other.Beat, _time.GetTimestamp());
            return false;
        }

        return _time.GetElapsedTime(heard.Since) >= GoneAfter;
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
}
