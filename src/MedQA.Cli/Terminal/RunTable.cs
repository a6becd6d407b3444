using System.Globalization;
using MedQA.Datasets.Writing;
using MedQA.Evaluation.Reporting;
using Spectre.Console;

namespace MedQA.Cli.Terminal;

/// <summary>Runs as tables for people.</summary>
internal static class RunTable
{
    /// <summary>Writes one run: its figures where it has a report, else where it stands.</summary>
    public static void Write(HostConsole console, RunResource summary, RunReport? report)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap());
        table.AddColumn("");
        void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));

        Row("Run", $"{summary.Id} ({StateText.Of(summary)})");
        Row("Question set", summary.RejectedRows == 0
            ? summary.Name
            : $"{summary.Name} ({summary.RejectedRows:#,0} rows could not be used)");
        Row("Profile", $"{summary.Profile}, {summary.Samples} {(summary.Samples == 1 ? "sample" : "samples")} per question");
        Row("Model", summary.Model);
        if (summary.Paused == true)
        {
            Row("Why", $"Nobody works on it. Go on with `medqa resume {summary.Id}`.");
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
            WriteFigures(report, Row);
        }

        console.Output.Write(table);
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

    /// <summary>A list of runs for spreadsheets.</summary>
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
            "provisional"),
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
            run.Provisional)),
    ]);

    /// <summary>Writes a list of runs.</summary>
    public static void Write(HostConsole console, IReadOnlyList<RunResource> runs)
    {
        if (runs.Count == 0)
        {
            console.Line("There are no runs yet. Start one: medqa run samples/medqa.csv");
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns(
            new TableColumn("Run").NoWrap(),
            new TableColumn("Question set"),
            new TableColumn("Profile").NoWrap(),
            new TableColumn("State").NoWrap(),
            new TableColumn("Questions").RightAligned(),
            new TableColumn("Accuracy").RightAligned(),
            new TableColumn("Created (UTC)"));
        foreach (var run in runs)
        {
            table.AddRow(
                new Text(run.Id),
                new Text(run.Name),
                new Text(run.Profile),
                new Text(StateText.Of(run)),
                new Text(run.HasEnded ? $"{run.Questions:#,0}" : $"{run.Done:#,0}/{run.Questions:#,0}"),
                new Text(run is { Accuracy: not null, Provisional: true } ? $"{Percent(run.Accuracy)} provisional" : Percent(run.Accuracy)),
                new Text(run.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)));
        }

        console.Output.Write(table);
    }

    private static void WriteFigures(RunReport report, Action<string, string> row)
    {
        var accuracy = report.Accuracy;
        if (accuracy.Value is null)
        {
            row("Accuracy", "none: no question has a known right answer");
        }
        else
        {
            var interval =
                accuracy.Interval is { } known ? $", 95 % interval {Percent(known.Lower)} to "
                    + $"{Percent(known.Upper)}{(accuracy.Clusters is { } clusters ? $" from {clusters:#,0} clusters" : "")}"
                    : accuracy.Bounds is { } bounds ? $", between {Percent(bounds.Lower)} and {Percent(bounds.Upper)} with the failed "
                        + "questions" : "";
            row("Accuracy", $"{Percent(accuracy.Value)} ({accuracy.Correct:#,0} of {accuracy.Scored:#,0}){interval}; guessing gives "
                + $"{Percent(accuracy.Chance)}");
        }

        row("Agreement", report.Agreement.Mean is { } mean ? $"{mean:0.00} of the samples vote for the answer, on average" : "–");
        if (report.Guarantee is { } guarantee)
        {
            var goal =
                $"at least {Percent(guarantee.TargetAccuracy)} right among the answered, with {Percent(guarantee.Confidence)} confidence";
            row("Guarantee", guarantee.Threshold is { } threshold
                ? $"agreement of {threshold.Threshold:0.00} or more: {goal}; {Percent(guarantee.Coverage)} of this run's answers are "
                    + $"kept, {guarantee.Right:#,0} of {guarantee.Kept:#,0} right"
                : $"no threshold gives {goal}: {guarantee.Development} has too few answers, or too many wrong ones");
            foreach (var warning in guarantee.Warnings)
            {
                row("", $"Note: {warning}");
            }
        }

        row("Forced answers", $"{report.ForcedVotes.Forced:#,0} of {report.ForcedVotes.Votes:#,0} votes; {report.ForcedVotes.Answers:#,0} "
            + "answers rest on them alone");
        row("Questions", $"{report.Questions.Asked:#,0} asked, {report.Questions.Unanswered:#,0} without an answer, "
            + $"{report.Questions.Failed:#,0} "
            + $"failed{(report.Questions.Unaskable > 0 ? $", {report.Questions.Unaskable:#,0} that cannot be asked" : "")}");
        row("Tokens", report.Tokens.Generated == 0
            ? $"{report.Tokens.Prompt:#,0} read, none drawn"
            : $"{report.Tokens.Generated:#,0} "
                + $"drawn{(report.Circumstances.TokensPerSecond is { } speed ? $" at {speed:#,0} a second of work" : "")}");
        row("Time", report.Circumstances is { Created: { } created, Finished: { } finished }
            ? $"{ProgressReading.Duration(finished - created)}, {report.Circumstances.Seconds:#,0} seconds of work"
            : $"{report.Circumstances.Seconds:#,0} seconds of work");
    }

    private static string Percent(double? share) =>
        share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : "–";
}
