using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Answering;

/// <summary>
/// Answers batches with one model, or with several. One worker of a process may be called for several batches at a time; each question's
/// answer is stored as soon as it is there, and a worker that continues the batch later does not ask it again.
/// </summary>
public sealed class BatchWorker : IDisposable
{
    /// <summary>
    /// After how many tries that cost something and ended without an answer a question fails: its service may never answer it, and charges
    /// each time.
    /// </summary>
    private const int MaxSpentTries = 10;

    private readonly RunStorage _storage;
    private readonly string _usual;
    private readonly Dictionary<string, WorkingModel> _models = new(StringComparer.Ordinal);
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PipelineSignals _signals;
    private readonly RunRows _runs;
    private readonly BatchRows _batches;
    private readonly ConcurrentDictionary<(RunId, BatchId), bool> _held = new();

    /// <summary>A worker for a model, or for several.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="model">A model.</param>
    /// <param name="options">Limits of times, and the worker's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives failures.</param>
    /// <param name="signals">Wakes the loop of this process that advances runs.</param>
    /// <param name="others">Further models.</param>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public BatchWorker(
        RunStorage storage,
        ILanguageModel model,
        WorkerOptions options,
        TimeProvider time,
        ILogger<BatchWorker> logger,
        PipelineSignals? signals = null,
        IReadOnlyList<ILanguageModel>? others = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_storage, _options, _time, _logger, _signals) = (storage, options, time, logger, signals ?? new PipelineSignals());
        _runs = new RunRows(storage);
        _batches = new BatchRows(storage);
        _usual = model.Description.Fingerprint;
        var (worker, prefixes) = ((options.Identity ?? Guid.NewGuid()).ToString("N"), new SoftPromptStore(storage));
        foreach (var one in (ILanguageModel[])[model, .. others ?? []])
        {
            _models.Add(one.Description.Fingerprint, new WorkingModel(
                one,
                new ModelsWithSoftPrompts(one, prefixes),
                one.Description.HasLimits ? new EndpointShare(storage, one, worker, time) : null));
        }
    }

    /// <summary>Answers what is left of a message's batch.</summary>
    /// <param name="message">Names run and batch.</param>
    /// <param name="stopping">Tells the worker to stop: it takes no new question, and the current one has <see cref="WorkerOptions.Drain"/>
    /// to end.</param>
    /// <returns>How it ended; the message is complete in every case.</returns>
    /// <exception cref="Exception">Storage stayed unreachable: the message should come back.</exception>
    public async Task<BatchOutcome> AnswerAsync(BatchMessage message, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.TryGetBatch(out var run, out var batch))
        {
            return BatchOutcome.NotFound;
        }

        if (!_held.TryAdd((run, batch), true))
        {
            return BatchOutcome.HeldByAnother;
        }

        using var activity = PipelineTracing.Start(
            "answer batch", run.ToString(), ActivityKind.Consumer, message.Traceparent)?.SetTag("medqa.batch", batch.ToString());
        WorkingModel? working = null;
        try
        {
            var found = await _storage.FindManifestAsync(run, stopping);
            working = found?.Manifest is { } manifest ? _models.GetValueOrDefault(manifest.ModelFingerprint) : null;
            return Ended(found is null ? BatchOutcome.NotFound
                : found is { Manifest: { Protocol: { } protocol } accepted }
                    ? await AnswerAsync(run, batch, accepted, protocol, working, message, stopping)
                : BatchOutcome.Deleted);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return Ended(BatchOutcome.Stopped);
        }
        finally
        {
            _held.TryRemove((run, batch), out _);
        }

        BatchOutcome Ended(BatchOutcome outcome)
        {
            activity?.SetTag("medqa.outcome", outcome.ToString());
            PipelineMetrics.BatchTaken((working ?? _models[_usual]).Model.Description.Name, outcome);
            return outcome;
        }
    }

    /// <summary>Ends it, when it answers no batch any more.</summary>
    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Share?.Dispose();
        }
    }

    private async Task<BatchOutcome> AnswerAsync(
        RunId run,
        BatchId batch,
        RunManifest manifest,
        Protocol protocol,
        WorkingModel? working,
        BatchMessage message,
        CancellationToken stopping)
    {
        var note = new BatchRow { Batch = batch, Heard = message.Sent, Worker = _options.Name };
        var (attempt, unfit) = await AttemptAsync(run, batch, manifest, protocol, working, stopping);
        if (attempt is null)
        {
            await _batches.NoteWorkAsync(run, note with { State = BatchState.OtherModel, Error = unfit }, stopping);
            await WakeAsync(run, PipelineTracing.Traceparent ?? message.Traceparent, stopping);
            return BatchOutcome.OtherModel;
        }

        var (questions, damage) = await ReadQuestionsAsync(run, batch, stopping);
        if (damage is not null)
        {
            // A batch that the run does not have has no row either, and nothing is noted.
            var isNoted = await _batches.NoteWorkAsync(run, note with { State = BatchState.Damaged, Error = damage }, stopping);
            await WakeAsync(run, PipelineTracing.Traceparent ?? message.Traceparent, stopping);
            return isNoted ? BatchOutcome.Damaged : BatchOutcome.NotFound;
        }

        var blob = _storage.Progress(run, batch);
        await blob.EnsureCreatedAsync(stopping);
        using var work = new BatchWork(note, _batches, run, _time, _options.Report);
        await using var lease = await BatchLease.TryTakeAsync(
            blob,
            async cancellationToken =>
            {
                await work.ReportAsync(cancellationToken);
                return await ReasonToStopAsync(run, batch, cancellationToken);
            },
            _options,
            _time,
            _logger,
            stopping);
        if (lease is null)
        {
            return BatchOutcome.HeldByAnother;
        }

        if (await _storage.Answers(run, batch).ExistsAsync(stopping))
        {
            await FinishAsync(work, run, message, stopping);
            return BatchOutcome.AlreadyFinished;
        }

        if (await ReasonToStopAsync(run, batch, stopping) is { } reason)
        {
            if (reason == BatchOutcome.Deleted)
            {
                await blob.DeleteAsync(lease.Id, stopping);
            }

            return await EndAsync(work, lease, run, message, reason);
        }

        try
        {
            var log = await ProgressLog.OpenAsync(blob, lease.Id, stopping);
            await log.BeginAttemptAsync(_options.Name, _time.GetUtcNow(), stopping);
            await work.BeginAsync(log, stopping);
            await attempt.PrepareAsync(stopping);
            await using var share = working?.Share is { } shared ? await shared.TakeAsync(stopping) : null;
            var outcome = await AnswerQuestionsAsync(run, protocol, attempt, questions, log, work, lease, stopping);
            if (outcome != BatchOutcome.Finished)
            {
                return await EndAsync(work, lease, run, message, outcome);
            }

            // Written once, by the holder of the lease: a second writer finds it there.
            await _storage.Answers(run, batch).TryCreateAsync(Join(log.Answers.Values), "application/x-ndjson", stopping);
            await FinishAsync(work, run, message, stopping);
            return BatchOutcome.Finished;
        }
        catch (Exception exception) when (exception.IsLeaseLost())
        {
            lease.End(BatchOutcome.LeaseLost);
            return BatchOutcome.LeaseLost;
        }
        catch (Exception exception) when (exception.IsMissing())
        {
            lease.End(BatchOutcome.Deleted);
            return BatchOutcome.Deleted;
        }
        catch (ModelUnavailableException exception)
        {
            // It could not be loaded, before any question was asked.
            work.Unavailable = exception.Message;
            _logger.ModelUnavailable(work.Batch, run, exception.Message);
            return await EndAsync(work, lease, run, message, BatchOutcome.ModelUnavailable);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return await EndAsync(work, lease, run, message, BatchOutcome.Stopped);
        }
    }

    private async Task<BatchOutcome> AnswerQuestionsAsync(
        RunId run,
        Protocol protocol,
        QuestionAttempt attempt,
        IReadOnlyList<BatchQuestion> questions,
        ProgressLog log,
        BatchWork work,
        BatchLease lease,
        CancellationToken stopping)
    {
        var left = questions.Count(asked => !log.Answers.ContainsKey(asked.Ordinal));
        var atOnce = left > 1 ? await attempt.GetQuestionsAtOnceAsync(protocol, stopping) : 1;
        var began = _time.GetTimestamp();

        // An earlier attempt that crashed was asking some of the first that are left: those are asked alone, to learn which one it was.
        // A question that is sent to a service brings down no worker.
        var suspects = log.Attempts > 1 && attempt.Model.Endpoint is null ? atOnce : 0;
        var firstTries = questions.Where(asked => !log.Answers.ContainsKey(asked.Ordinal) && !log.TimedOut.ContainsKey(asked.Ordinal))
            .ToList();

        // What runs out of its time on a machine that is busy right now gets another chance when the others are done.
        var secondTries = questions.Where(asked => !log.Answers.ContainsKey(asked.Ordinal) && log.TimedOut.ContainsKey(asked.Ordinal));
        return await AskAsync(firstTries.Take(suspects), 1) ?? await AskAsync(firstTries.Skip(suspects), atOnce)
            ?? await AskAsync(secondTries, 1) ?? BatchOutcome.Finished;

        // Returns why it stopped early, or null.
        async Task<BatchOutcome?> AskAsync(IEnumerable<BatchQuestion> round, int most)
        {
            await using var inFlight = new QuestionsInFlight(_time, lease.Ended);
            using var next = round.GetEnumerator();
            BatchOutcome? stopped = null;
            var areAllBegun = false;
            while (true)
            {
                while (!areAllBegun && inFlight.Count < most)
                {
                    areAllBegun = !next.MoveNext();
                    if (areAllBegun)
                    {
                        break;
                    }

                    stopped ??= lease.Reason ?? (stopping.IsCancellationRequested ? BatchOutcome.Stopped
                        : _time.GetElapsedTime(began) >= _options.BatchTime ? BatchOutcome.TimeUsed : null);
                    areAllBegun = stopped is not null;
                    if (!areAllBegun)
                    {
                        inFlight.Add(await BeginAsync(run, protocol, attempt, next.Current, log, most == 1, inFlight.Dropped, stopping));
                    }
                }

                if (inFlight.Count == 0)
                {
                    return stopped;
                }

                var ended = await inFlight.NextAsync();
                if (await EndAsync(run, protocol, attempt, ended, log, work, lease) is { } reason)
                {
                    (stopped, areAllBegun) = (stopped ?? reason, true);
                }
            }
        }
    }

    /// <summary>Starts to answer a question.</summary>
    private async Task<QuestionInFlight> BeginAsync(
        RunId run,
        Protocol protocol,
        QuestionAttempt attempt,
        BatchQuestion asked,
        ProgressLog log,
        bool isAlone,
        CancellationToken dropped,
        CancellationToken stopping)
    {
        var activity = PipelineTracing.Start("answer question", run.ToString())?.SetTag("medqa.ordinal", asked.Ordinal);
        var firstSeconds = log.TimedOut.TryGetValue(asked.Ordinal, out var seconds) ? seconds : (double?)null;
        var crashes = log.CrashesOf(asked.Ordinal);

        // A crash is a question's own only if no other was being asked. What is sent to a service is marked to learn what is sent twice.
        var isSent = attempt.Model.Endpoint is not null;
        var isMarked = isSent || (isAlone && (log.Attempts > 1 || firstSeconds is not null) && crashes < 2);
        if (isMarked)
        {
            await log.BeginQuestionAsync(asked.Ordinal, _time.GetUtcNow(), CancellationToken.None);
        }

        var answering = crashes >= 2 && !isSent ? Task.FromResult<AnsweredQuestion?>(attempt.Crashed(protocol, asked, crashes))
            : log.SpentOn(asked.Ordinal).Tries >= MaxSpentTries
            ? Task.FromResult<AnsweredQuestion?>(attempt.GivenUp(protocol, asked, log.SpentOn(asked.Ordinal).Tries))
            : attempt.AnswerAsync(protocol, asked, dropped, stopping);
        return new QuestionInFlight(
            asked, firstSeconds, isMarked && !isSent, activity, answering, isSent ? crashes : 0, _time.GetTimestamp());
    }

    /// <summary>Stores what a question was answered.</summary>
    /// <returns>
    /// Why the question was dropped; <see langword="null"/> where it is answered, has failed, or is tried again behind the others.
    /// </returns>
    private async Task<BatchOutcome?> EndAsync(
        RunId run,
        Protocol protocol,
        QuestionAttempt attempt,
        QuestionInFlight question,
        ProgressLog log,
        BatchWork work,
        BatchLease lease)
    {
        using var activity = question.Activity;
        var asked = question.Asked;
        AnsweredQuestion? answered;
        try
        {
            answered = await question.Answering;
        }
        catch (ModelUnavailableException exception)
        {
            // Others in flight may still be answered. What was used for this one is counted when it is answered.
            await log.DropQuestionAsync(asked.Ordinal, _time.GetUtcNow(), CancellationToken.None, exception.Usage);
            work.Unavailable = exception.Message;
            _logger.ModelUnavailable(work.Batch, run, exception.Message);
            return BatchOutcome.ModelUnavailable;
        }

        if (answered is null)
        {
            if (question.IsMarked && lease.Reason is not BatchOutcome.LeaseLost)
            {
                await log.DropQuestionAsync(asked.Ordinal, _time.GetUtcNow(), CancellationToken.None);
            }

            return lease.Reason ?? BatchOutcome.Stopped;
        }

        // What several questions took together is counted once.
        answered = answered with { Seconds = answered.Seconds * question.Share };
        if (question.FirstSeconds is null && answered.Failure is { Code: FailureCodes.TimeLimit })
        {
            await log.TimeOutQuestionAsync(
                asked.Ordinal, _time.GetUtcNow(), answered.Seconds, answered.Usage, CancellationToken.None);
            _logger.QuestionTimedOut(asked.Ordinal, run, work.Batch);
            return null;
        }

        answered = attempt.Charged(answered, log.SpentOn(asked.Ordinal).Sum, question.LostTries);

        // The answer is there: storing it is worth more than stopping quickly.
        var (stored, line) = attempt.Write(
            protocol, asked, question.FirstSeconds is { } first ? QuestionAttempt.TriedAgain(answered, first) : answered);
        await log.AppendAnswerAsync(asked.Ordinal, line, CancellationToken.None);
        PipelineMetrics.QuestionDone(attempt.Model.Name, protocol.Profile.Name, stored);
        if (await work.AddAsync(stored, CancellationToken.None)
            && await ReasonToStopAsync(run, work.Batch, CancellationToken.None) is { } wish)
        {
            lease.End(wish);
        }

        return null;
    }

    /// <summary>
    /// What asks a run's questions; or why this worker cannot ask them, which leaves the batch to another or to a later time.
    /// </summary>
    private async Task<(QuestionAttempt? Attempt, string? Unfit)> AttemptAsync(
        RunId run, BatchId batch, RunManifest manifest, Protocol protocol, WorkingModel? working, CancellationToken cancellationToken)
    {
        if (working is null || manifest.Rules != EvaluationRules.Version)
        {
            return (null, WhyUnfit(manifest, working));
        }

        try
        {
            var model = await working.WithSoftPrompts.GetAsync(protocol.Prefix, cancellationToken);
            return (new QuestionAttempt(model, run, batch, manifest.Endpoint?.Prices, _options, _time, _logger), null);
        }
        catch (Exception exception) when (exception is InputException or ModelUnavailableException)
        {
            return (null, $"Worker {_options.Name} cannot load the run's prefix: {exception.Message}");
        }
    }

    private string WhyUnfit(RunManifest manifest, WorkingModel? working)
    {
        var own = string.Join(" and ", _models.Values.Select(static one => one.Model.Description)
            .Select(static model => $"{model.Name} ({Short(model.Fingerprint)})"));
        return working is null
            ? $"The run requires model {manifest.ModelName} ({Short(manifest.ModelFingerprint)}), but worker {_options.Name} has {own}."
            : $"The run requires version {manifest.Rules} of the evaluation rules, but worker {_options.Name} uses version "
                + $"{EvaluationRules.Version}.";
    }

    private async Task<(List<BatchQuestion> Questions, string? Damage)> ReadQuestionsAsync(
        RunId run, BatchId batch, CancellationToken cancellationToken)
    {
        var questions = new List<BatchQuestion>();
        if (await _storage.Questions(run, batch).FindStreamAsync(cancellationToken) is not { } blob)
        {
            return (questions, $"Blob {run}/questions/{batch}.jsonl is missing. Delete the run and upload its questions again.");
        }

        await using var content = blob.Content;
        await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
        {
            if (BlobReading.ParseLine(line.Content, PipelineJson.Compact.BatchQuestion) is not { } question)
            {
                return (questions, $"Blob {run}/questions/{batch}.jsonl is damaged at byte {line.Offset}. Delete the run and upload its "
                    + "questions again.");
            }

            questions.Add(question);
        }

        return (questions, null);
    }

    private async Task<BatchOutcome?> ReasonToStopAsync(RunId run, BatchId batch, CancellationToken cancellationToken)
    {
        // A missing row means nothing, because rows are rebuilt from blobs. A deleted run has a tombstone, written before its row is
        // removed.
        if (await _runs.FindAsync(run, cancellationToken) is not { Summary: var summary })
        {
            return await _storage.FindManifestAsync(run, cancellationToken) is { Manifest: not null } ? null : BatchOutcome.Deleted;
        }

        var waitsForApproval = summary is { NeedsApproval: true, Approved: false };
        return summary.State == RunState.Deleting || summary.Requested == RequestedAction.Delete ? BatchOutcome.Deleted
            : summary.Requested == RequestedAction.Cancel
                || (summary.State.IsFinal() && summary.Requested != RequestedAction.Retry)
                || waitsForApproval
                || (summary.StoppedAfter is not null && batch.Retry == 0 && batch.Number >= summary.Batches) ? BatchOutcome.NotWanted
            : null;
    }

    private async Task FinishAsync(BatchWork work, RunId run, BatchMessage message, CancellationToken stopping)
    {
        // The answers are stored: what follows only notifies others, so a stop does not interrupt it, but an outage does.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), _time);
        await work.EndAsync(BatchState.Finished, stopping.IsCancellationRequested ? limit.Token : stopping);
        await WakeAsync(run, PipelineTracing.Traceparent ?? message.Traceparent, limit.Token);
    }

    private async Task<BatchOutcome> EndAsync(BatchWork work, BatchLease lease, RunId run, BatchMessage message, BatchOutcome outcome)
    {
        lease.End(outcome);

        // Release the lease before the notification, so that its receiver can take the batch.
        await lease.DisposeAsync();
        if (outcome is not (BatchOutcome.Deleted or BatchOutcome.LeaseLost))
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), _time);
            try
            {
                await work.EndAsync(
                    outcome == BatchOutcome.ModelUnavailable ? BatchState.Unavailable : BatchState.Released, limit.Token);
                await WakeAsync(run, PipelineTracing.Traceparent ?? message.Traceparent, limit.Token);
            }
            catch (Exception exception) when (exception.IsOfStorage() || exception is OperationCanceledException)
            {
                _logger.ReturnNotSaid(exception, work.Batch, run);
            }
        }

        return outcome;
    }

    private async Task WakeAsync(RunId run, string? traceparent, CancellationToken cancellationToken)
    {
        await _storage.SendWakeUpAsync(run, _time.GetUtcNow(), traceparent, cancellationToken);
        _signals.RunsChanged.Set();
    }

    private static BinaryData Join(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        var joined = new ArrayBufferWriter<byte>(lines.Sum(static line => line.Length + 1));
        foreach (var line in lines)
        {
            joined.Write(line.Span);
            joined.Write("\n"u8);
        }

        return BinaryData.FromBytes(joined.WrittenMemory);
    }

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] + "…" : fingerprint;

    /// <summary>One of the models.</summary>
    /// <param name="Model">The model.</param>
    /// <param name="WithSoftPrompts">The same, with the soft prompts of runs.</param>
    /// <param name="Share">This worker's share of the limits of its service; <see langword="null"/> without limits.</param>
    private sealed record WorkingModel(ILanguageModel Model, ModelsWithSoftPrompts WithSoftPrompts, EndpointShare? Share);
}
