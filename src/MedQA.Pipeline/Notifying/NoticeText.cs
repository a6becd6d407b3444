using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Notifying;

/// <summary>The body of a notice. It follows from the rows of an ended run, so every try has the same.</summary>
internal static class NoticeText
{
    /// <summary>The most data sets of a body; more are counted.</summary>
    private const int MaxDatasets = 100;

    /// <summary>Returns the body.</summary>
    public static async Task<byte[]> OfAsync(RunStorage storage, RunSummary run, Uri? service, CancellationToken cancellationToken)
    {
        var (shown, more) = (ImmutableArray.CreateBuilder<NoticeDataset>(), 0);
        if (run.Revision > 0)
        {
            await foreach (var (name, accuracy) in ScoreRows.DatasetsAsync(storage, run.Run, cancellationToken))
            {
                if (shown.Count < MaxDatasets)
                {
                    shown.Add(new NoticeDataset(name, accuracy));
                }
                else
                {
                    more++;
                }
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(Of(run, shown.ToImmutable(), more, service), NoticeJson.Default.RunEndedNotice);
    }

    private static RunEndedNotice Of(RunSummary run, ImmutableArray<NoticeDataset> datasets, int more, Uri? service) => new(
        run.State switch
        {
            RunState.Completed => "run.completed",
            RunState.CompletedWithFailures => "run.completed_with_failures",
            RunState.Cancelled => "run.cancelled",
            _ => "run.failed",
        },
        run.Finished ?? run.Notice!.Since!.Value,
        new NoticeData
        {
            Run = run.Run.ToString(),
            Name = run.Name,
            DisplayName = run.Annotation.DisplayName,
            State = run.State,
            Model = run.Model,
            Profile = run.Profile,
            Questions = run.Questions,
            Answered = run.Totals.Done - run.Totals.Failed - run.Totals.Unaskable,
            Failed = run.Totals.Failed,
            Unaskable = run.Totals.Unaskable,
            Provisional = run.State.IsProvisional(),
            Accuracy = run.Accuracy is { } value ? new NoticeAccuracy(value, run.AccuracyLow, run.AccuracyHigh, run.Totals.Graded) : null,
            Datasets = datasets.IsEmpty ? null : datasets,
            MoreDatasets = more > 0 ? more : null,
            Cost = run.Currency is null ? null : run.Totals.Cost,
            Currency = run.Currency,
            Url = service is null ? null : new Uri(service, $"#/runs/{run.Run}").AbsoluteUri,
        });
}
