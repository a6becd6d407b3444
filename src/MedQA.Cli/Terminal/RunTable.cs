using System.Globalization;
using MedQA.Datasets.Writing;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;

namespace MedQA.Cli.Terminal;

/// <summary>Writes runs as tables for people.</summary>
internal static class RunTable
{
    /// <summary>Writes one run: its figures if it has a report, otherwise its progress.</summary>
    public static void Write(HostConsole console, RunResource summary, RunReport? report)
    {
        var table = TextTable.OfValues();
        void Row(string name, string value) => table.Add(name, value);

        Row("Run", $"{summary.Id} ({StateText.Of(summary)})");
        if (summary.DisplayName is { } name)
        {
            Row("Name", name);
        }

        Row("Question set", summary.RejectedRows == 0
            ? summary.Name
            : $"{summary.Name} ({summary.RejectedRows:#,0} rows rejected)");
        Row("Profile", $"{summary.Profile}, {summary.Samples} {(summary.Samples == 1 ? "sample" : "samples")} per question");
        Row("Model", summary.Model);
        if (summary.Tags is { } tags)
        {
            Row("Tags", string.Join(", ", tags));
        }

        if (summary.Note is { } note)
        {
            Row("Note", note);
        }

        if (summary.Paused == true)
        {
            Row("Why", $"No process is working on it. Continue with `medqa resume {summary.Id}`.");
        }
        else if (summary.Reason is { } reason)
        {
            Row("Why", reason);
        }

        if (report is null)
        {
            Row("Questions", $"{summary.Done:#,0} of {summary.Questions:#,0} answered");
        }
        else
        {
            foreach (var row in ReportBlocks.Summary(report))
            {
                Row(row.Name, row.Line);
            }
        }

        if (summary.Notice is { } notice)
        {
            Row("Notice", NoticeWords.Of(notice));
        }

        table.Write(console.Output);
        foreach (var warning in report is null ? [] : report.Warnings.AddRange(report.Notes))
        {
            console.Line($"Note: {warning}");
        }

        if (report is not null)
        {
            console.Line($"The whole report: medqa results {summary.Id} --markdown   As JSON: medqa results {summary.Id} --output json");
            console.Line(report.Disclaimer);
        }
    }

    /// <summary>Formats a list of runs as CSV.</summary>
    public static string Csv(IReadOnlyList<RunResource> runs) => string.Concat(
    [
        CsvLine.Of(
            "run",
            "name",
            "profile",
            "strategy",
            "samples",
            "model",
            "state",
            "created",
            "finished",
            "questions",
            "rejected_rows",
            "done",
            "failed",
            "graded",
            "correct",
            "accuracy",
            "accuracy_low",
            "accuracy_high",
            "generated_tokens",
            "seconds",
            "unaskable",
            "provisional",
            "host",
            "cost",
            "currency",
            "lost_requests",
            "display_name",
            "tags",
            "note",
            "parameters",
            "active_parameters",
            "family",
            "until",
            "stopped_after"),
        .. runs.Select(static run => CsvLine.Of(
            run.Id,
            run.Name,
            run.Profile,
            run.Strategy,
            run.Samples,
            run.Model,
            StateText.Of(run),
            run.Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            run.Finished?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            run.Questions,
            run.RejectedRows,
            run.Done,
            run.Failed,
            run.Graded,
            run.Correct,
            run.Accuracy,
            run.AccuracyLow,
            run.AccuracyHigh,
            run.GeneratedTokens,
            run.Seconds,
            run.Unaskable,
            run.Provisional,
            run.Host,
            run.Cost,
            run.Currency,
            run.LostRequests,
            run.DisplayName,
            run.Tags is { } tags ? string.Join(", ", tags) : null,
            run.Note,
            run.Parameters,
            run.ActiveParameters,
            run.Family,
            run.Until,
            run.StoppedAfter)),
    ]);

    /// <summary>Writes a list of runs.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="isSelected">Whether they were searched or filtered.</param>
    public static void Write(HostConsole console, IReadOnlyList<RunResource> runs, bool isSelected)
    {
        if (runs.Count == 0)
        {
            console.Line(isSelected
                ? "No run is like this. `medqa results` lists all."
                : "No runs yet. Start one: medqa run samples/medqa.csv");
            return;
        }

        var isNamed = runs.Any(static run => run.DisplayName is not null);
        var hasModels = runs.Select(static run => run.Model).Distinct(StringComparer.Ordinal).Skip(1).Any();
        var isTagged = runs.Any(static run => run.Tags is not null);
        var table = new TextTable(
        [
            new TextColumn("Run"),
            .. isNamed ? [new TextColumn("Name")] : (TextColumn[])[],
            new TextColumn("Question set"),
            new TextColumn("Profile"),
            .. hasModels ? [new TextColumn("Model")] : (TextColumn[])[],
            new TextColumn("State"),
            new TextColumn("Questions", Numbers: true),
            new TextColumn("Accuracy", Numbers: true),
            new TextColumn("Created (UTC)"),
            .. isTagged ? [new TextColumn("Tags")] : (TextColumn[])[],
        ]);
        foreach (var run in runs)
        {
            table.Add(
            [
                run.Id,
                .. isNamed ? [run.DisplayName ?? ""] : (string[])[],
                run.Name,
                run.Profile,
                .. hasModels ? [run.Model] : (string[])[],
                StateText.Of(run),
                !run.HasEnded ? $"{run.Done:#,0}/{run.Questions:#,0}"
                    : run.StoppedAfter is { } counted ? $"{counted:#,0} of {run.Questions:#,0}, stopped early"
                    : $"{run.Questions:#,0}",
                run is { Accuracy: not null, Provisional: true } ? $"{Percent(run.Accuracy)} provisional" : Percent(run.Accuracy),
                run.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                .. isTagged ? [string.Join(", ", run.Tags ?? [])] : (string[])[],
            ]);
        }

        table.Write(console.Output);
    }

    private static string Percent(double? share) =>
        share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : "–";
}
