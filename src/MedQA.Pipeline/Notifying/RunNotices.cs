using System.Globalization;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Notifying;

/// <summary>The notices of runs as their rows keep them.</summary>
internal static class RunNotices
{
    /// <summary>Returns the notice that is due of an end. Each end has an id of its own, which is new unless it is given.</summary>
    public static Notice Due(RunId run, string to, DateTimeOffset now, string? id = null) => new()
    {
        To = to,
        State = NoticeState.Waiting,
        Id = id ?? string.Create(CultureInfo.InvariantCulture, $"msg_{run}_{now.ToUnixTimeMilliseconds()}"),
        Since = now,
    };

    /// <summary>Returns the row of a run that goes on: its next end is told of, in place of the one before.</summary>
    public static RunRow Planned(RunRow row) => row.Summary.Notice is { } notice
        ? row with { Summary = row.Summary with { Notice = new Notice { To = notice.To, State = NoticeState.Planned } } }
        : row;

    /// <summary>
    /// Returns a run's notice once an address was chosen for it. A run that has ended is told of at once, unless that notice is on its way
    /// or was taken; one that was given up is sent anew. The notice of an end keeps its id, also for another address.
    /// </summary>
    public static Notice? Chosen(RunSummary run, string to, DateTimeOffset now) =>
        run.State == RunState.Deleting || run.State == RunState.Rejected ? run.Notice
        : !run.State.IsFinal() || run.Requested != RequestedAction.None || to == NoticeOptions.None
            ? run.Notice?.To == to ? run.Notice : new Notice { To = to, State = NoticeState.Planned }
        : run.Notice is { State: NoticeState.Waiting or NoticeState.Sent } && run.Notice.To == to ? run.Notice
        : Due(run.Run, to, now, run.Notice?.Id);
}
