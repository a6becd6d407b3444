using MedQA.Files;
using MedQA.Pipeline.Answering;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;
using MedQA.Pipeline.Tracing;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// What the durable orchestration and the triggers do in Azure, for one machine: finds uploads, and advances every run that is not done,
/// when it is due, when its queue says so, or when another part of this process does. Goes on with removals of studies and ratings that
/// were cut off.
/// </summary>
public sealed class RunLoop
{
    private static readonly TimeSpan ScanEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ListEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxRest = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A step of a large run looks at up to a thousand batches. Where batches end faster than that, several are taken in one step: a run
    /// pauses this multiple of its last step's duration.
    /// </summary>
    private const int RestForWork = 4;

    /// <summary>The most notices that are being sent at a time: a receiver can take its time, and runs must not wait for it.</summary>
    private const int NoticesAtOnce = 16;

    private readonly RunStorage _storage;
    private readonly RunAdvancer _advancer;
    private readonly QuestionSetSplitter? _splitter;
    private readonly RunRetention? _retention;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PipelineSignals _signals;
    private readonly RunRows _runs;
    private readonly UploadReceipts _receipts;
    private readonly StudyStore _studies;
    private readonly bool _servesAnybody;
    private readonly long _began;
    private readonly Dictionary<RunId, TimeSpan> _due = [];
    private readonly Dictionary<RunId, TimeSpan> _rests = [];
    private readonly Dictionary<string, TimeSpan> _failedUploads = [];
    private readonly Dictionary<RunId, Task> _notices = [];

    /// <summary>A loop over all runs of a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="advancer">Does the steps.</param>
    /// <param name="splitter">Makes runs of uploads; <see langword="null"/> for a host that does not look for them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of faults.</param>
    /// <param name="signals">Wakes the loop.</param>
    /// <param name="retention">Deletes what is old, now and then; <see langword="null"/> for a host that keeps everything.</param>
    /// <param name="servesAnybody">
    /// Whether uploads that people put into the container with other tools are taken. Those that were stored through this service for the
    /// splitter's model, and whose maker was cut off, always are.
    /// </param>
    public RunLoop(
        RunStorage storage,
        RunAdvancer advancer,
        QuestionSetSplitter? splitter,
        TimeProvider time,
        ILogger<RunLoop> logger,
        PipelineSignals? signals = null,
        RunRetention? retention = null,
        bool servesAnybody = true)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(advancer);
        ArgumentNullException.ThrowIfNull(time);
        (_storage, _advancer, _splitter, _time, _logger, _signals, _retention) =
            (storage, advancer, splitter, time, logger, signals ?? new PipelineSignals(), retention);
        _runs = new RunRows(storage);
        _receipts = new UploadReceipts(storage);
        _studies = new StudyStore(storage, time, logger);
        _servesAnybody = servesAnybody;
        _began = time.GetTimestamp();
    }

    /// <summary>
    /// The time since the loop was made, by a clock that only runs forward: a machine whose time of day is set back must not leave its runs
    /// alone for as long.
    /// </summary>
    private TimeSpan Now => _time.GetElapsedTime(_began);

    /// <summary>Drives runs until it is cancelled. Waits out outages of the storage.</summary>
    /// <exception cref="Exception">A disk is full (<see cref="FullDisk.Describe"/>): nothing continues before someone has made
    /// room.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await DriveAsync(stopping);
        }
        finally
        {
            await Task.WhenAll(_notices.Values);
        }
    }

    private async Task DriveAsync(CancellationToken stopping)
    {
        var (scanDue, listDue, queueDue, sweepDue) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var studiesDue = TimeSpan.Zero;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var now = Now;
                if (_splitter is not null && now >= scanDue)
                {
                    await ScanAsync(_splitter, stopping);
                    scanDue = now + ScanEvery;
                }

                await TakeWakeUpsAsync(stopping);
                if (now >= listDue)
                {
                    await ListAsync(stopping);
                    listDue = now + ListEvery;
                }

                if (now >= queueDue)
                {
                    await BatchQueueState.ReadAsync(_storage, _time.GetUtcNow(), stopping);
                    queueDue = now + ListEvery;
                }

                if (_retention is not null && now >= sweepDue)
                {
                    await _retention.SweepAsync(stopping);
                    sweepDue = now + SweepEvery;
                }

                await AdvanceDueAsync(stopping);
                if (now >= studiesDue)
                {
                    // The runs come first, also where this fails.
                    studiesDue = now + ListEvery;
                    if (await _studies.FinishRemovalsAsync(stopping))
                    {
                        studiesDue = now + SweepEvery;
                    }
                }

                if (await _signals.RunsChanged.WaitAsync(UntilNext(), _time, stopping))
                {
                    listDue = TimeSpan.Zero;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception.IsOutage())
            {
                _logger.StorageSilent(exception);
                await _signals.RunsChanged.WaitAsync(AfterFault, _time, CancellationToken.None);
            }
        }
    }

    /// <summary>Looks through the container of question sets once.</summary>
    internal async Task ScanAsync(QuestionSetSplitter splitter, CancellationToken cancellationToken)
    {
        await _receipts.LoadAsync(cancellationToken);
        await foreach (var blob in _storage.ListQuestionSetsAsync(cancellationToken))
        {
            var etag = blob.Version;
            if (_receipts.Contains(blob.Name, etag)
                || (_failedUploads.TryGetValue(blob.Name, out var next) && Now < next))
            {
                continue;
            }

            try
            {
                var stored = UploadMetadata.Find(blob.Metadata, UploadMetadata.StoredBy) == UploadMetadata.Service;
                if (stored ? await WasMadeBeforeAsync(blob, cancellationToken) : !_servesAnybody)
                {
                    _receipts.PassOver(blob.Name, etag);
                    continue;
                }

                var outcome = await splitter.OnFoundAsync(blob.Name, etag, cancellationToken);
                switch (outcome.Result)
                {
                    case SplitResult.InHand:
                        continue;
                    case SplitResult.Created:
                        _due[outcome.Run!.Value] = Now;
                        break;
                }

                _receipts.PassOver(blob.Name, etag);
                _failedUploads.Remove(blob.Name);
            }
            catch (Exception exception)
                when (exception is not OperationCanceledException && !exception.IsOfStorage() && FullDisk.Describe(exception) is null)
            {
                // One upload must not stop the others. It is looked at again: what failed may be mended by then.
                _logger.UploadNotSplit(blob.Name, FaultText.Of(exception));
                _failedUploads[blob.Name] = Now + ListEvery;
            }
        }
    }

    /// <summary>
    /// Whether a run was made of an upload by a release that wrote neither the model into it nor a receipt: the receipt is written now.
    /// </summary>
    private async Task<bool> WasMadeBeforeAsync(BlobFacts blob, CancellationToken cancellationToken)
    {
        if (UploadMetadata.Find(blob.Metadata, UploadMetadata.Model) is not null
            || await _receipts.FindAsync(blob.Name, blob.Version, cancellationToken) is not null
            || await _runs.FindOfSourceAsync(blob.Name, cancellationToken) is not { Summary: var made })
        {
            return false;
        }

        await _receipts.AddAsync(blob.Name, blob.Version, made.Run, made.ModelFingerprint, cancellationToken);
        return true;
    }

    private async Task TakeWakeUpsAsync(CancellationToken cancellationToken)
    {
        // Only wake-ups: a run that is not done is found without them, too.
        await foreach (var message in _storage.TakeWakeUpsAsync(cancellationToken))
        {
            if (BatchMessage.TryParse(message, out var wakeUp) && wakeUp.TryGetRun(out var run))
            {
                _due[run] = Now;
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        await foreach (var run in _runs.ToDriveAsync(cancellationToken))
        {
            _due.TryAdd(run, Now);
        }
    }

    private async Task AdvanceDueAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        foreach (var told in _notices.Where(static notice => notice.Value.IsCompleted).Select(static notice => notice.Key).ToList())
        {
            _notices.Remove(told);
            _due[told] = now;
        }

        foreach (var run in _due.Keys.Where(run => NextOf(run) <= now).OrderBy(NextOf).ToList())
        {
            try
            {
                var began = _time.GetTimestamp();
                var outcome = await _advancer.AdvanceAsync(run, cancellationToken);
                if (outcome.IsNoticeOnly)
                {
                    Notify(run, outcome.ComeBackIn!.Value, cancellationToken);
                }
                else if (outcome.ComeBackIn is { } pause)
                {
                    _due[run] = Now + pause;
                    _rests[run] = Now + (pause == TimeSpan.Zero ? pause : RestAfter(_time.GetElapsedTime(began)));
                }
                else
                {
                    _due.Remove(run);
                    _rests.Remove(run);
                }

                if ((outcome.IsDone || outcome.IsNoticeOnly) && outcome.State == RunState.Failed && _splitter is not null
                    && await _runs.FindAsync(run, cancellationToken) is { Summary.ModelFingerprint: var model })
                {
                    await _receipts.ForgetAsync(run, model, cancellationToken);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException && FullDisk.Describe(exception) is null)
            {
                // One run must not stop the others.
                _logger.RunNotAdvanced(exception, run);
                _due[run] = Now + AfterFault;
            }
        }
    }

    /// <summary>Begins a try to deliver the notice of an ended run, if one is due and there is room for it.</summary>
    private void Notify(RunId run, TimeSpan pause, CancellationToken cancellationToken)
    {
        _rests.Remove(run);
        _due[run] = Now + (pause > TimeSpan.Zero ? pause : LookEvery);
        if (pause == TimeSpan.Zero && _notices.Count < NoticesAtOnce && !_notices.ContainsKey(run))
        {
            _notices[run] = NotifyAsync(run, cancellationToken);
        }
    }

    private async Task NotifyAsync(RunId run, CancellationToken cancellationToken)
    {
        try
        {
            await _advancer.NotifyAsync(run, cancellationToken);
            _signals.RunsChanged.Set();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next process makes the try again.
        }
        catch (Exception exception)
        {
            _logger.RunNotAdvanced(exception, run);
        }
    }

    private static TimeSpan RestAfter(TimeSpan work) => work * RestForWork < MaxRest ? work * RestForWork : MaxRest;

    /// <summary>When a run is advanced next: when it is due, but not before it has rested.</summary>
    private TimeSpan NextOf(RunId run) => _rests.TryGetValue(run, out var rest) && rest > _due[run] ? rest : _due[run];

    private TimeSpan UntilNext()
    {
        var next = _due.Count == 0 ? LookEvery : _due.Keys.Min(NextOf) - Now;
        return next <= TimeSpan.Zero ? TimeSpan.Zero : next < LookEvery ? next : LookEvery;
    }
}
