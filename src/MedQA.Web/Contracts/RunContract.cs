using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Runs;

namespace MedQA.Web.Contracts;

/// <summary>Converts a run from the pipeline to the API's contract.</summary>
internal static class RunContract
{
    private static RunNotice Of(Notice notice) => new()
    {
        To = notice.To,
        State = notice.State,
        Tries = notice.Tries,
        Status = notice.Status,
        Problem = notice.Problem,
        Tried = notice.Tried,
        Next = notice.Next,
    };

    extension(RunResource)
    {
        /// <summary>Converts a run.</summary>
        public static RunResource Of(RunSummary summary)
        {
            ArgumentNullException.ThrowIfNull(summary);
            return new RunResource
            {
                Id = summary.Run.ToString(),
                Name = summary.Name,
                DisplayName = summary.Annotation.DisplayName,
                Tags = summary.Annotation.Tags,
                Note = summary.Annotation.Note,
                State = summary.State,
                Paused = summary.Paused ? true : null,
                NeedsApproval = summary is { State: RunState.Waiting, Held: true, Approved: false } ? true : null,
                Reason = summary.Reason,
                ReasonLine = summary.ReasonLine,
                Requested = summary.Requested == RequestedAction.None ? null : summary.Requested,
                Profile = summary.Profile,
                Strategy = summary.Strategy,
                Samples = summary.Samples,
                Model = summary.Model,
                ModelFingerprint = summary.ModelFingerprint,
                Parameters = summary.ModelFacts?.Parameters,
                ActiveParameters = summary.ModelFacts?.ActiveParameters,
                Family = summary.ModelFacts?.Family,
                Host = summary.Host,
                Cost = summary.Currency is null ? null : summary.Totals.Cost,
                Currency = summary.Currency,
                LostRequests = summary.Totals.LostRequests > 0 ? summary.Totals.LostRequests : null,
                Created = summary.Created,
                Started = summary.Started,
                Finished = summary.Finished,
                Questions = summary.Questions,
                Until = summary.Until,
                StoppedAfter = summary.StoppedAfter,
                RejectedRows = summary.RejectedRows,
                Done = summary.Totals.Done,
                Failed = summary.Totals.Failed,
                Unaskable = summary.Totals.Unaskable,
                Provisional = summary.State.IsProvisional(),
                Graded = summary.Totals.Graded,
                Correct = summary.Totals.Correct,
                GeneratedTokens = summary.Totals.GeneratedTokens,
                Seconds = summary.Totals.Seconds,
                Accuracy = summary.Accuracy,
                AccuracyLow = summary.AccuracyLow,
                AccuracyHigh = summary.AccuracyHigh,
                Revision = summary.Revision,
                Retry = summary.Retry,
                Notice = summary.Notice is { To: not NoticeOptions.None } notice ? Of(notice) : null,
            };
        }
    }
}
