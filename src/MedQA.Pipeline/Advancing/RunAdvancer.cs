using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Deleting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Splitting;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Advancing;

/// <summary>
/// Drives runs: one call is one step, and every step can be done twice, by two at once, or be cut off anywhere. What counts is in blobs;
/// rows only say how far this side has come. A step looks at the batches that are out, never at those that are done, so its cost does not
/// grow with the run.
/// </summary>
public sealed class RunAdvancer
{
    private const int Tries = 3;
    private const int CachedManifests = 64;

    /// <summary>The number of batches collected ahead of the one awaited.</summary>
    private const int CollectedAhead = 3;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(30);

    private readonly RunStorage _storage;
    private readonly AdvanceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RunRows _runs;
    private readonly BatchRows _batches;
    private readonly AnswerRows _answerRows;
    private readonly RunAnswers _answers;
    private readonly BatchSending _sending;
    private readonly RunFinish _finish;
    private readonly RunRetry _retry;
    private readonly RunDeletion _deletion;
    private readonly BudgetLedger? _ledger;
    private readonly NoticeDelivery _notices;
    private readonly DateTimeOffset _processStarted;
    private readonly ConcurrentDictionary<RunId, bool> _seen = new();
    private readonly ConcurrentDictionary<RunId, RunManifest> _manifests = new();
    private readonly EarlyStopping _stopping;

    /// <summary>Drives the runs of a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="options">How runs are driven.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told how runs end.</param>
    /// <param name="signals">Tells the other parts of this process what happens.</param>
    /// <param name="ledger">Counts what the runs of a day take; <see langword="null"/> where there is no budget.</param>
    /// <param name="notices">Where notices of ended runs may be sent; <see langword="null"/> for nowhere.</param>
    /// <param name="sender">Sends them; required with <paramref name="notices"/>.</param>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public RunAdvancer(
        RunStorage storage,
        AdvanceOptions options,
        TimeProvider time,
        ILogger<RunAdvancer> logger,
        PipelineSignals? signals = null,
        BudgetLedger? ledger = null,
        NoticeOptions? notices = null,
        NoticeSender? sender = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Check();
        (_storage, _options, _time, _logger) = (storage, options, time, logger);
        signals ??= new PipelineSignals();
        _runs = new RunRows(storage, signals);
        _batches = new BatchRows(storage);
        _answerRows = new AnswerRows(storage);
        _answers = new RunAnswers(storage);
        _sending = new BatchSending(storage, options, time, signals);
        _finish = new RunFinish(storage);
        _stopping = new EarlyStopping(storage);
        _retry = new RunRetry(storage);
        _deletion = new RunDeletion(storage, time, signals);
        _ledger = ledger;
        _notices = new NoticeDelivery(storage, _runs, notices ?? new NoticeOptions(), sender, time, logger);
        _processStarted = time.GetUtcNow();
    }

    /// <summary>Does the next step of a run.</summary>
    /// <returns>The run's state, and when to advance it again.</returns>
    public async Task<AdvanceOutcome> AdvanceAsync(RunId run, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Tries; i++)
        {
            if ((await _runs.FindAsync(run, cancellationToken) ?? await RebuildAsync(run, cancellationToken)) is not { } row)
            {
                return new AdvanceOutcome(
                    null,
                    await _storage.FindManifestAsync(run, cancellationToken) is { Tombstone: { } tombstone }
                        ? await _deletion.RemoveLateAsync(run, tombstone, cancellationToken)
                        : null);
            }

            using var activity = PipelineTracing.Start("advance run", run.ToString(), ActivityKind.Internal, row.Traceparent);
            if (await StepAsync(row, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }

        // Others are at it: they get on, and a later look finds what they have done.
        return new AdvanceOutcome(RunState.Running, Soon);
    }

    /// <summary>
    /// Tries to deliver the notice of an ended run, if a try is due. Takes as long as the receiver, and is like a step in all else.
    /// </summary>
    /// <returns>The run's state, and when to advance it again.</returns>
    public async Task<AdvanceOutcome> NotifyAsync(RunId run, CancellationToken cancellationToken)
    {
        if (await _runs.FindAsync(run, cancellationToken) is { Summary: { Requested: RequestedAction.None } summary } row
            && summary.State.IsFinal()
            && summary.Notice is { State: NoticeState.Waiting }
            && await _notices.StepAsync(row, cancellationToken) is { } outcome)
        {
            return outcome;
        }

        return await AdvanceAsync(run, cancellationToken);
    }

    /// <summary>The row that a run's blobs alone make, where the table has lost it.</summary>
    private async Task<RunRow?> RebuildAsync(RunId run, CancellationToken cancellationToken)
    {
        if (await _storage.FindManifestAsync(run, cancellationToken) is not { Manifest: { } manifest })
        {
            return null;
        }

        _logger.RowLost(run);
        await _runs.CreateAsync(
            QuestionSetSplitter.RowOf(run, manifest) with { Annotating = RunRow.NotCopied }, cancellationToken);
        return await _runs.FindAsync(run, cancellationToken);
    }

    /// <returns><see langword="null"/> if another process has changed the run meanwhile.</returns>
    private async Task<AdvanceOutcome?> StepAsync(RunRow row, CancellationToken cancellationToken)
    {
        var summary = row.Summary;
        if (summary.State == RunState.Deleting || summary.Requested == RequestedAction.Delete)
        {
            return await _deletion.StepAsync(row, cancellationToken);
        }

        if (summary.State.IsFinal() && summary.Requested == RequestedAction.None)
        {
            return _notices.OutcomeOf(summary);
        }

        if (await FindManifestAsync(summary.Run, cancellationToken) is not { } manifest)
        {
            if (await _storage.FindManifestAsync(summary.Run, cancellationToken) is { Tombstone: not null })
            {
                // Deleted while another process created the row from the manifest that existed until then.
                return await _deletion.StepAsync(row, cancellationToken);
            }

            return await EndAsync(
                row,
                RunState.Failed,
                "The run's manifest is missing from storage. Delete the run and upload its questions again.",
                cancellationToken);
        }

        if (summary.State.IsFinal())
        {
            var begun = summary.Requested == RequestedAction.Retry
                ? RunNotices.Planned(
                    await _retry.BeginAsync(row, manifest, cancellationToken) with { Start = row.Start + 1, Reserved = false })
                : row with { Summary = summary with { Requested = RequestedAction.None } };
            return await _runs.TryUpdateAsync(WithTimestamp(begun), cancellationToken) is { } changed
                ? new AdvanceOutcome(changed.Summary.State, changed.Summary.State.IsFinal() ? null : TimeSpan.Zero)
                : null;
        }

        if (summary.Requested == RequestedAction.None && ReasonToAsk(summary, manifest) is { } question)
        {
            return await WaitAsync(row, Held(row), question, Latest, cancellationToken);
        }

        return await DriveAsync(row, manifest, cancellationToken);
    }

    private async Task<AdvanceOutcome?> DriveAsync(RunRow row, RunManifest manifest, CancellationToken cancellationToken)
    {
        var run = row.Summary.Run;
        var window = await ReadWindowAsync(row, cancellationToken);
        if (window.Find(static batch => batch is { State: BatchState.Damaged, Collected: false }) is { } damaged)
        {
            return await EndAsync(row, RunState.Failed, damaged.Error, cancellationToken);
        }

        var (rows, more) = await CollectAsync(row, window, cancellationToken);
        var next = RunProgress.Of(row, rows);
        if (manifest.Until is not null && next.Summary.Retry == 0)
        {
            var stop = await _stopping.FindAsync(next, manifest, cancellationToken);
            if (stop is not null && manifest.Stop is null)
            {
                _manifests[run] = manifest = manifest with { Stop = stop };
            }

            if (stop?.Questions != next.Summary.StoppedAfter)
            {
                var restarted = RunProgress.Stopped(next, manifest, stop);

                // The batches that count and are collected are summed up at once: nobody is to see a run that has come back to nothing.
                var first = await _batches.FromAsync(run, retry: 0, cursor: 0, cancellationToken);
                var changed = WithTimestamp(RunProgress.Of(
                    restarted,
                    [.. first.TakeWhile(
                        (batch, place) => batch.Collected && batch.Batch.Number == place && place < restarted.Summary.Batches)]));
                return await _runs.TryUpdateAsync(changed, cancellationToken) is null
                    ? null
                    : new AdvanceOutcome(changed.Summary.State, TimeSpan.Zero);
            }
        }

        if (next.Summary.FinishedBatches == next.Summary.Batches)
        {
            if (next.Summary.StoppedAfter is null)
            {
                return await FinishAsync(next, manifest, RunState.Completed, rows, cancellationToken);
            }

            // Workers end what they are at, and what they have taken is counted, if not what they have answered.
            var late = await _batches.FromAsync(run, next.Summary.Retry, next.Summary.Batches, cancellationToken);
            if (await AnyIsLeasedAsync(run, late, cancellationToken))
            {
                return next != row && await _runs.TryUpdateAsync(WithTimestamp(next), cancellationToken) is null
                    ? null
                    : new AdvanceOutcome(next.Summary.State, Soon);
            }

            next = next with { Summary = next.Summary with { Totals = next.Summary.Totals + RunProgress.SpentOn(late) } };
            rows = [.. rows, .. late.Where(static batch => batch is { State: not BatchState.Finished, Collected: false })
                .Select(static batch => batch with { Totals = default })];
            return await FinishAsync(next, manifest, RunState.Completed, rows, cancellationToken);
        }

        if (next.Summary.Requested == RequestedAction.Cancel)
        {
            return await CancelAsync(row, next, manifest, rows, cancellationToken);
        }

        if ((GetApprovalReason(next.Summary) ?? ReasonHeld(next.Summary)) is { } question)
        {
            return await WaitAsync(row, Held(next), question, more ? TimeSpan.Zero : Latest, cancellationToken);
        }

        // Before anything is given out, and after everything that may make it needless.
        if (!next.Reserved && _ledger is not null)
        {
            if (await ReserveAsync(_ledger, next, manifest, cancellationToken) is { } shortage)
            {
                return await WaitAsync(row, next, shortage, more ? TimeSpan.Zero : Latest, cancellationToken);
            }

            next = next with { Reserved = true };
        }

        var ownGone = _options.OwnWorker is not null && _seen.TryAdd(run, true);
        var abandoned = await _sending.FindAbandonedAsync(
            run, rows, ownGone, row.Summary.ModelFingerprint, _processStarted, cancellationToken);
        await _sending.SendAsync(run, abandoned, row.Summary.ModelFingerprint, row.Traceparent, cancellationToken);
        if (abandoned.Exists(static batch => batch.Sends > 0))
        {
            // Something was lost: the next step checks whether the manifest still exists.
            _manifests.TryRemove(run, out _);
        }

        next = RunProgress.WithState(next, rows, _time.GetUtcNow(), _options.NoWorkerAfter);
        if (next == row)
        {
            return new AdvanceOutcome(next.Summary.State, more ? TimeSpan.Zero : Pause(row));
        }

        next = WithTimestamp(next);
        return await _runs.TryUpdateAsync(next, cancellationToken) is null
            ? null
            : new AdvanceOutcome(next.Summary.State, more ? TimeSpan.Zero : Soon);
    }

    /// <summary>The rows of the batches that may be out; those that have none get one.</summary>
    private async Task<List<BatchRow>> ReadWindowAsync(RunRow row, CancellationToken cancellationToken)
    {
        var summary = row.Summary;
        var rows = await _batches.FromAsync(summary.Run, summary.Retry, row.Cursor, cancellationToken);
        if (summary.Retry > 0)
        {
            // The batches of a retry are those that it has written; they were all given rows when it began.
            if (rows.Count < summary.Batches - row.CollectedBatches)
            {
                var standing = rows.Select(static standing => standing.Batch).ToHashSet();
                var lost = await _answers.ListAsync(summary.Run, "questions", summary.Retry, cancellationToken)
                    .Where(batch => batch.Number >= row.Cursor && !standing.Contains(batch))
                    .ToListAsync(cancellationToken);
                await _batches.CreateAsync(summary.Run, lost, cancellationToken);
                rows = [.. rows.Concat(lost.Select(static batch => new BatchRow { Batch = batch }))
                    .OrderBy(static batch => batch.Batch.Number)];
            }

            return [.. rows.Take(_options.MaxOutstanding)];
        }

        var end = (int)Math.Min(summary.Batches, (long)row.Cursor + _options.MaxOutstanding);
        var known = rows.Select(static known => known.Batch.Number).ToHashSet();
        var missing =
            Enumerable.Range(row.Cursor, end - row.Cursor).Where(number => !known.Contains(number)).Select(BatchId.First).ToList();
        await _batches.CreateAsync(summary.Run, missing, cancellationToken);
        return [.. rows.Where(batch => batch.Batch.Number < end)
            .Concat(missing.Select(static batch => new BatchRow { Batch = batch }))
            .OrderBy(static batch => batch.Batch.Number)];
    }

    /// <summary>Writes the answers of batches that have been finished since into the table.</summary>
    private async Task<(List<BatchRow> Rows, bool More)> CollectAsync(RunRow row, List<BatchRow> rows, CancellationToken cancellationToken)
    {
        var run = row.Summary.Run;
        var collected = new Dictionary<BatchId, (RunTotals Totals, DateTimeOffset Written)>();
        var more = false;

        // Several side by side: in a large run batches end faster than one collecting after the other takes.
        var collecting = ReadAhead.InOrderAsync(
            rows.Where(batch => !batch.Collected && MayBeFinished(batch)),
            CollectedAhead,
            (batch, cancel) => CollectAsync(run, batch.Batch, cancel),
            cancellationToken);
        await foreach (var finished in collecting)
        {
            if (collected.Count == _options.CollectAtOnce)
            {
                more = true;
                break;
            }

            if (finished is var (batch, totals, written))
            {
                collected.Add(batch, (totals, written));
            }
        }

        await _batches.NoteCollectedAsync(
            run, collected.Select(static batch => (batch.Key, batch.Value.Totals, batch.Value.Written)), cancellationToken);
        return ([.. rows.Select(
            batch => collected.TryGetValue(batch.Batch, out var sums)
                ? batch with { Collected = true, Totals = sums.Totals }
                : batch)], more);
    }

    /// <summary>
    /// Writes the answers of a batch into the table; <see langword="null"/> where it is not finished. Repeated, it writes the same.
    /// </summary>
    private async Task<(BatchId Batch, RunTotals Totals, DateTimeOffset Written)?> CollectAsync(
        RunId run, BatchId batch, CancellationToken cancellationToken)
    {
        if (await _answers.FindAsync(run, batch, cancellationToken) is not { } finished)
        {
            return null;
        }

        await _answerRows.WriteAsync(
            run,
            [.. finished.Answers.Select(static answer => AnswerRows.RowOf(answer.Answered, answer.Batch, answer.Offset, answer.Length))],
            cancellationToken);
        await _answers.KeepCountedAsync(run, finished, cancellationToken);
        return (batch, finished.Answers.Aggregate(
            default(RunTotals), static (sum, answer) => sum + RunTotals.Of(answer.Answered)), finished.Written);
    }

    /// <summary>
    /// Whether it is worth a look at the batch's answers: its worker says so, or has been silent for so long that it may have died between
    /// the answers and saying so.
    /// </summary>
    private bool MayBeFinished(BatchRow batch) =>
        batch.State == BatchState.Finished
        || (batch.State == BatchState.Running
            && batch.Sent is { } sent
            && (_time.GetUtcNow() - sent).Duration() >= _options.ResendAfter
            && (_time.GetUtcNow() - batch.Timestamp).Duration() >= _options.ResendAfter / 2);

    private async Task<AdvanceOutcome?> CancelAsync(
        RunRow before, RunRow row, RunManifest manifest, List<BatchRow> rows, CancellationToken cancellationToken)
    {
        if (await AnyIsLeasedAsync(row.Summary.Run, rows, cancellationToken))
        {
            return row != before && await _runs.TryUpdateAsync(WithTimestamp(row), cancellationToken) is null
                ? null
                : new AdvanceOutcome(row.Summary.State, Soon);
        }

        // What unfinished batches have answered stays in their progress blobs, and counts once a retry has finished them.
        var collected = RunProgress.Of(row, [.. rows.Where(batch => batch.Collected && batch.Batch.Number >= row.Cursor)]);
        row = row with { Summary = row.Summary with { Totals = collected.Summary.Totals } };
        return await FinishAsync(row, manifest, RunState.Cancelled, rows, cancellationToken);
    }

    private async Task<bool> AnyIsLeasedAsync(RunId run, IEnumerable<BatchRow> rows, CancellationToken cancellationToken)
    {
        foreach (var batch in rows.Where(static batch => batch is { State: BatchState.Running, Collected: false }))
        {
            if (await _storage.Progress(run, batch.Batch).IsLeasedAsync(cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<AdvanceOutcome?> FinishAsync(
        RunRow row, RunManifest manifest, RunState state, List<BatchRow> rows, CancellationToken cancellationToken)
    {
        // If rows were lost, earlier retries are still in blobs and are collected again.
        if (state == RunState.Completed && await _retry.FindNextAsync(row, cancellationToken) is { } again)
        {
            return await _runs.TryUpdateAsync(WithTimestamp(again), cancellationToken) is null
                ? null
                : new AdvanceOutcome(again.Summary.State, TimeSpan.Zero);
        }

        if (state == RunState.Completed
            && await _answers.FindMissingAsync(row.Summary.Run, manifest, row.Summary.Retry, cancellationToken) is { } missing)
        {
            return await CollectAgainAsync(row, manifest, missing, cancellationToken);
        }

        RunReport? report;
        try
        {
            report = await _finish.WriteAsync(row, manifest, state == RunState.Completed, cancellationToken);
        }
        catch (Exception exception) when (exception.IsConflict())
        {
            // Two write the same result at once, and this one's part came in between.
            report = null;
        }

        if (report is null)
        {
            return null;
        }

        if (_ledger is not null)
        {
            // While the run has not ended by its row, this is done again.
            await SettleAsync(_ledger, row, manifest.Protocol!.Profile, rows, cancellationToken);
        }

        var ended = _notices.WithNotice(WithTimestamp(row with
        {
            Summary = row.Summary with
            {
                State = state == RunState.Completed && row.Summary.Totals.Failed > 0 ? RunState.CompletedWithFailures : state,
                Reason = null,
                NeedsApproval = false,
                Requested = RequestedAction.None,
                Finished = report.Circumstances.Finished ?? _time.GetUtcNow(),
                Accuracy = report.Accuracy.Value,
                AccuracyLow = report.Accuracy.Interval?.Lower,
                AccuracyHigh = report.Accuracy.Interval?.Upper,
                Revision = row.Summary.Revision + 1,
            },
        }));
        if (await _runs.TryUpdateAsync(ended, cancellationToken) is null)
        {
            return null;
        }

        PipelineMetrics.RunEnded(ended.Summary);
        var (totals, questions) = (ended.Summary.Totals, ended.Summary.Questions);
        _logger.RunEnded(row.Summary.Run, ended.Summary.State, totals.Done, questions, totals.Failed);
        return _notices.OutcomeOf(ended.Summary);
    }

    /// <summary>
    /// Forgets what rows say was collected, and goes through the run once more: what has blobs is only read, what has none is answered.
    /// </summary>
    private async Task<AdvanceOutcome?> CollectAgainAsync(
        RunRow row, RunManifest manifest, BatchId missing, CancellationToken cancellationToken)
    {
        _logger.AnswersGone(missing, row.Summary.Run);
        await _batches.DeleteAsync(row.Summary.Run, cancellationToken);
        var fresh = QuestionSetSplitter.RowOf(row.Summary.Run, manifest);
        var again = fresh with
        {
            ETag = row.ETag,
            Start = row.Start,
            Reserved = row.Reserved,
            Annotating = row.Annotating,
            Summary = fresh.Summary with
            {
                Annotation = row.Summary.Annotation,
                Requested = row.Summary.Requested,
                Held = row.Summary.Held,
                Approved = row.Summary.Approved,
                Started = row.Summary.Started,
                Revision = row.Summary.Revision,
                Notice = row.Summary.Notice
            },
        };
        return await _runs.TryUpdateAsync(WithTimestamp(again), cancellationToken) is null
            ? null
            : new AdvanceOutcome(again.Summary.State, TimeSpan.Zero);
    }

    private async Task<AdvanceOutcome?> EndAsync(RunRow row, RunState state, string? reason, CancellationToken cancellationToken)
    {
        var ended = _notices.WithNotice(WithTimestamp(
            row with
            {
                Summary = row.Summary with
                {
                    State = state,
                    Reason = reason,
                    NeedsApproval = false,
                    Requested = RequestedAction.None,
                    Finished = _time.GetUtcNow()
                }
            }));
        if (await _runs.TryUpdateAsync(ended, cancellationToken) is null)
        {
            return null;
        }

        PipelineMetrics.RunEnded(ended.Summary);
        return _notices.OutcomeOf(ended.Summary);
    }

    private async Task<AdvanceOutcome?> WaitAsync(
        RunRow before, RunRow row, string reason, TimeSpan comeBackIn, CancellationToken cancellationToken)
    {
        var waiting = row with { Summary = row.Summary with { State = RunState.Waiting, Reason = reason, NeedsApproval = true } };
        return waiting != before && await _runs.TryUpdateAsync(WithTimestamp(waiting), cancellationToken) is null
            ? null
            : new AdvanceOutcome(RunState.Waiting, comeBackIn);
    }

    private string? ReasonToAsk(RunSummary summary, RunManifest manifest)
    {
        var profile = manifest.Protocol!.Profile;
        var tokens = manifest.Questions * profile.MostTokensPerQuestion;
        return summary.Approved ? null
            : manifest.Questions > _options.MaxQuestions ? $"The run has {manifest.Questions} questions; more than "
                + $"{_options.MaxQuestions} need approval."
            : tokens > _options.MaxGeneratedTokens ? $"The run can generate {tokens} tokens; more than {_options.MaxGeneratedTokens} need "
                + "approval."
            : manifest is { MaxCost: { } cost, Endpoint.Prices.Currency: { } currency } && cost > _options.MaxCost
                ? $"The run can cost up to {CostText.Of(cost, currency)}; more than {CostText.Of(_options.MaxCost.Value, currency)} needs "
                    + "approval."
            : null;
    }

    private static RunRow Held(RunRow row) => row with { Summary = row.Summary with { Held = true } };

    /// <summary>Why a run that is held waits, even if this process has no such limit.</summary>
    private static string? ReasonHeld(RunSummary summary) => summary is not { Held: true, Approved: false } ? null
        : summary is { NeedsApproval: true, Reason: { } reason } ? reason
        : "The run was above a limit and needs approval.";

    /// <summary>Checks the limits that apply while the run is in progress: how long its questions take, and what they cost.</summary>
    private string? GetApprovalReason(RunSummary summary) =>
        !summary.Approved && summary is { Currency: { } currency, Totals.Cost: var cost } && (decimal)cost > _options.MaxCost
        ? $"The run has cost {CostText.Of((decimal)cost, currency)} for {summary.Totals.Done} of {summary.Questions} questions; more than "
            + $"{CostText.Of(_options.MaxCost.Value, currency)} needs approval."
        : summary.Approved || _options.MaxComputeHours is not { } most || summary.Totals.Seconds <= most * 3600 ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Workers have spent {summary.Totals.Seconds / 3600:0.####} hours on {summary.Totals.Done} of {summary.Questions} questions; "
                + $"more than {most:0.####} need approval.");

    /// <summary>Reserves what the questions that are left can take.</summary>
    /// <returns>Why the run waits, as a sentence; <see langword="null"/> where it need not.</returns>
    private static async Task<string?> ReserveAsync(
        BudgetLedger ledger, RunRow row, RunManifest manifest, CancellationToken cancellationToken)
    {
        var summary = row.Summary;
        var left = summary.Retry == 0 ? summary.Remaining : summary.Totals.Failed;
        var need = ledger.Budget.UseOf(left * manifest.Protocol!.Profile.MostTokensPerQuestion);
        var shortage = await ledger.ReserveAsync(summary.Run, row.Start, need, UseOf(summary.Totals), summary.Approved, cancellationToken);
        return shortage is not null
            ? $"The run waits for room in the day's budget or for approval: {shortage}."
            : null;
    }

    /// <summary>
    /// Counts what a run has taken. Workers say nothing of what they drew for a question that failed or that was dropped, at most one in
    /// each attempt at a batch that is not finished: these may
    /// have taken all that they could.
    /// </summary>
    private static Task SettleAsync(
        BudgetLedger ledger, RunRow row, Profile profile, List<BatchRow> rows, CancellationToken cancellationToken)
    {
        var unfinished = rows.Where(static batch => !batch.Collected).ToList();
        var spent = row.Summary.Totals + unfinished.Aggregate(default(RunTotals), static (sum, batch) => sum + batch.Totals);
        var questions = spent.Failed + spent.Unaskable + unfinished.Sum(static batch => (long)batch.Attempt);
        var doubtful = ledger.Budget.UseOf(questions * profile.MostTokensPerQuestion);
        return ledger.SettleAsync(row.Summary.Run, row.Start, UseOf(spent), doubtful, cancellationToken);
    }

    private static BudgetUse UseOf(RunTotals totals) => new(totals.GeneratedTokens, totals.Seconds);

    private async Task<RunManifest?> FindManifestAsync(RunId run, CancellationToken cancellationToken)
    {
        if (_manifests.TryGetValue(run, out var known))
        {
            return known;
        }

        var manifest = (await _storage.FindManifestAsync(run, cancellationToken))?.Manifest;
        if (manifest is not null)
        {
            if (_manifests.Count >= CachedManifests)
            {
                _manifests.Clear();
            }

            _manifests[run] = manifest;
        }

        return manifest;
    }

    private RunRow WithTimestamp(RunRow row) => row with { Summary = row.Summary with { Changed = _time.GetUtcNow() } };

    /// <summary>The longer nothing has changed, the later the next look: a quarter of that time, from a second to half a minute.</summary>
    private TimeSpan Pause(RunRow row) =>
        TimeSpan.FromSeconds(
            Math.Clamp((_time.GetUtcNow() - row.Summary.Changed).TotalSeconds / 4, Soon.TotalSeconds, Latest.TotalSeconds));
}
