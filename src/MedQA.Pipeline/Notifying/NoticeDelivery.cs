using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Notifying;

/// <summary>
/// Delivers the notices of ended runs, at least once. The run's row, written with its end, says that one is due; a try is noted in the row
/// before it is made, so that of several processes one makes it, and one that was cut off is made again after a minute.
/// </summary>
internal sealed class NoticeDelivery(
    RunStorage storage, RunRows runs, NoticeOptions options, NoticeSender? sender, TimeProvider time, ILogger logger)
{
    /// <summary>How long another process is believed to be at a try; longer than a receiver has to answer.</summary>
    private static readonly TimeSpan AtATry = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UnknownFor = TimeSpan.FromDays(1);

    /// <summary>The waits after the first try and those that follow.</summary>
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
    ];

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(11);

    /// <summary>Returns a run's row with its end and the notice that is due of it.</summary>
    public RunRow WithNotice(RunRow ended) =>
        (ended.Summary.Notice?.To ?? options.Find(NoticeOptions.DefaultName)?.Name) is { } to and not NoticeOptions.None
            ? ended with { Summary = ended.Summary with { Notice = RunNotices.Due(ended.Summary.Run, to, time.GetUtcNow()) } }
            : ended;

    /// <summary>Returns what is left to do for an ended run.</summary>
    public AdvanceOutcome OutcomeOf(RunSummary ended) =>
        ended.Notice is { State: NoticeState.Waiting } notice
            ? new AdvanceOutcome(ended.State, TimeUntil(notice) is var wait && wait < LookEvery ? wait : LookEvery, IsNoticeOnly: true)
            : new AdvanceOutcome(ended.State, null);

    /// <summary>Makes the next try, if it is due.</summary>
    /// <returns>What is left to do; <see langword="null"/> if another process has changed the run meanwhile.</returns>
    public async Task<AdvanceOutcome?> StepAsync(RunRow row, CancellationToken cancellationToken)
    {
        var (run, notice, now) = (row.Summary.Run, row.Summary.Notice!, time.GetUtcNow());
        if (TimeUntil(notice) > TimeSpan.Zero)
        {
            return OutcomeOf(row.Summary);
        }

        if (sender is null || options.Find(notice.To) is not { } address)
        {
            return await LeaveAsync(row, notice, cancellationToken);
        }

        notice = notice with { Tries = notice.Tries + 1, Tried = now, Status = null, Problem = null, Next = now + AtATry };
        if (await runs.TryUpdateAsync(With(row, notice), cancellationToken) is not { } claimed)
        {
            return null;
        }

        var body = await NoticeText.OfAsync(storage, claimed.Summary, options.Service, cancellationToken);
        var answer = await sender.SendAsync(address, notice.Id!, body, cancellationToken);
        return await NoteAsync(run, notice, answer, cancellationToken);
    }

    private static RunRow With(RunRow row, Notice notice) => row with { Summary = row.Summary with { Notice = notice } };

    /// <summary>The time until the next try. A clock that was set back far does not make it endless.</summary>
    private TimeSpan TimeUntil(Notice notice) =>
        notice.Next - time.GetUtcNow() is { } wait && wait > TimeSpan.Zero && wait <= LongestWait ? wait : TimeSpan.Zero;

    /// <summary>
    /// Leaves a notice to a process with its address. This one looks again, and after a day gives it up: otherwise an address that was
    /// removed from the settings would keep its runs from ever being done.
    /// </summary>
    private async Task<AdvanceOutcome?> LeaveAsync(RunRow row, Notice notice, CancellationToken cancellationToken)
    {
        var outcome = new AdvanceOutcome(row.Summary.State, LookEvery, IsNoticeOnly: true);
        var isOver = time.GetUtcNow() - notice.Since >= UnknownFor;
        if (!isOver && notice.Problem is not null)
        {
            return outcome;
        }

        var left = notice with
        {
            State = isOver ? NoticeState.GivenUp : NoticeState.Waiting,
            Problem = notice.Problem ?? $"No process that was asked so far has an address named '{notice.To}' in its settings.",
            Next = isOver ? null : notice.Next,
        };
        if (await runs.TryUpdateAsync(With(row, left), cancellationToken) is not { } changed)
        {
            return null;
        }

        if (isOver)
        {
            logger.NoticeGivenUp(row.Summary.Run, notice.To, left.Problem, notice.Tries);
        }

        return isOver ? OutcomeOf(changed.Summary) : outcome;
    }

    private async Task<AdvanceOutcome?> NoteAsync(RunId run, Notice made, NoticeAnswer answer, CancellationToken cancellationToken)
    {
        var noted = After(run, made, answer);
        while (await runs.FindAsync(run, cancellationToken) is { Summary: { Notice: { } standing } summary } row
            && standing.Id == made.Id
            && standing.To == made.To
            && standing.State == NoticeState.Waiting
            && (answer.IsTaken || standing.Tries == made.Tries))
        {
            if (await runs.TryUpdateAsync(With(row, noted), cancellationToken) is { } changed)
            {
                Log(run, noted, answer);
                return OutcomeOf(changed.Summary);
            }
        }

        // The run was continued or deleted, or another process makes a later try.
        return null;
    }

    private Notice After(RunId run, Notice made, NoticeAnswer answer)
    {
        var noted = made with { Tried = time.GetUtcNow(), Status = answer.Status, Problem = answer.Problem, Next = null };
        if (answer.IsTaken)
        {
            return noted with { State = NoticeState.Sent };
        }

        if (answer.IsGone || made.Tries > Waits.Length)
        {
            return noted with { State = NoticeState.GivenUp };
        }

        // Runs that ended together are not tried again at the same moment.
        var wait = Waits[made.Tries - 1] * (1 + Spread(run));
        var asked = answer.RetryAfter is { } after && after > wait ? after : wait;
        return noted with { Next = time.GetUtcNow() + (asked < LongestWait ? asked : LongestWait) };
    }

    /// <summary>Returns a run's own number from 0 to 0.1.</summary>
    private static double Spread(RunId run) => run.ToString().Aggregate(0, static (sum, letter) => ((sum * 31) + letter) % 1009) / 10_090.0;

    private void Log(RunId run, Notice notice, NoticeAnswer answer)
    {
        var said = answer.Problem ?? $"{answer.Status}";
        switch (notice.State)
        {
            case NoticeState.Sent:
                logger.NoticeSent(run, notice.To, notice.Status, notice.Tries);
                break;
            case NoticeState.GivenUp:
                logger.NoticeGivenUp(run, notice.To, said, notice.Tries);
                break;
            default:
                logger.NoticeNotTaken(run, notice.To, said, notice.Tries, notice.Next);
                break;
        }
    }
}
