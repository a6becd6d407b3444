using MedQA.Evaluation;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Advancing;

/// <summary>What became of a request.</summary>
public enum RequestOutcome
{
    /// <summary>Written down; <c>Advance</c> obeys it.</summary>
    Accepted,

    /// <summary>There is no such run.</summary>
    NotFound,

    /// <summary>
    /// The run's state does not allow it: only a run in progress can be cancelled, only a finished one can be retried, and one being
    /// deleted stays deleted.
    /// </summary>
    NotPossible,

    /// <summary>The run follows another version of the evaluation's rules: answers read by two versions are not mixed in one run.</summary>
    OtherRules,
}

/// <summary>
/// Records requested actions on a run. <c>Advance</c> executes them, in every host; the message sent here only wakes it up.
/// </summary>
public sealed class RunControl
{
    private readonly RunStorage _storage;
    private readonly RunRows _runs;
    private readonly TimeProvider _time;

    /// <summary>Writes to a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="signals">Tells those of this process who watch runs.</param>
    public RunControl(RunStorage storage, TimeProvider time, PipelineSignals? signals = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(time);
        _storage = storage;
        _runs = new RunRows(storage, signals);
        _time = time;
    }

    /// <summary>Says that a run may have something to do: who drives runs looks at it soon.</summary>
    public Task WakeAsync(RunId run, CancellationToken cancellationToken) =>
        _storage.SendWakeUpAsync(run, _time.GetUtcNow(), traceparent: null, cancellationToken);

    /// <summary>Asks for an action.</summary>
    public async Task<RequestOutcome> RequestAsync(RunId run, RequestedAction action, CancellationToken cancellationToken)
    {
        while (await _runs.FindAsync(run, cancellationToken) is { } row)
        {
            if (!IsPossible(row.Summary, action))
            {
                return RequestOutcome.NotPossible;
            }

            if (action == RequestedAction.Retry
                && await _storage.FindManifestAsync(run, cancellationToken) is { Manifest: { } manifest }
                && manifest.Rules != EvaluationRules.Version)
            {
                return RequestOutcome.OtherRules;
            }

            var asked = action == RequestedAction.Approve
                ? row.Summary with { Approved = true, Changed = _time.GetUtcNow() }
                : row.Summary with { Requested = action, Changed = _time.GetUtcNow() };
            if (await _runs.TryUpdateAsync(row with { Summary = asked }, cancellationToken) is not null)
            {
                await _storage.SendWakeUpAsync(run, _time.GetUtcNow(), row.Traceparent, cancellationToken);
                return RequestOutcome.Accepted;
            }
        }

        return RequestOutcome.NotFound;
    }

    /// <summary>
    /// Chooses the address that is told of the run's end, by its name; <see cref="NoticeOptions.None"/> for none. If the run has ended,
    /// the notice is sent soon, unless it was sent to that address already.
    /// </summary>
    public async Task NotifyAsync(RunId run, string address, CancellationToken cancellationToken)
    {
        while (await _runs.FindAsync(run, cancellationToken) is { } row)
        {
            var chosen = RunNotices.Chosen(row.Summary, address, _time.GetUtcNow());
            if (chosen == row.Summary.Notice)
            {
                return;
            }

            if (await _runs.TryUpdateAsync(row with { Summary = row.Summary with { Notice = chosen } }, cancellationToken) is not null)
            {
                await _storage.SendWakeUpAsync(run, _time.GetUtcNow(), row.Traceparent, cancellationToken);
                return;
            }
        }
    }

    /// <summary>Returns why a run under another version of the rules cannot resume, as a sentence.</summary>
    public static string OtherRulesOf(RunId run, string? rules) =>
        $"Run {run} uses version {rules ?? "1"} of the evaluation rules, but this version of medqa uses version {EvaluationRules.Version}. "
            + "A run cannot mix the two. Its results can still be shown, compared and exported; start a new run of the same questions "
            + "instead.";

    private static bool IsPossible(RunSummary summary, RequestedAction action) => action switch
    {
        RequestedAction.Delete => true,
        _ when summary.State == RunState.Deleting || summary.Requested == RequestedAction.Delete => false,
        RequestedAction.Cancel => !summary.State.IsFinal(),
        RequestedAction.Retry =>
            summary.State is RunState.CompletedWithFailures or RunState.Cancelled or RunState.Failed && summary.Retry < BatchId.MaxRetries,
        RequestedAction.Approve => !summary.State.IsFinal(),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action that can be requested."),
    };
}
