using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>What the run scored, over all its questions.</summary>
internal sealed class AccuracySection : IReportSection
{
    private const string NoAccuracy = "none: no question with a known right option was asked";

    /// <inheritdoc/>
    public string Title => "Accuracy";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        var (questions, accuracy) = (report.Questions, report.Accuracy);
        var rows = new List<(string, string)>();
        if (accuracy.Value is not null)
        {
            rows.Add(
                ("accuracy, each question once (micro)", $"{Figures.Percent(accuracy.Value)} "
                    + $"({Figures.Of(accuracy.Correct, accuracy.Scored)})"));
            rows.Add(accuracy.Bounds is not null ? ("bounds", Figures.Interval(accuracy))
                : report.StoppedEarly is not null
                ? ("95 % interval of the accuracy on all its questions, valid at every look", Figures.Percent(accuracy.Interval))
                : accuracy.Clusters is { } clusters ? ($"95 % interval from {Figures.Count(clusters)} clusters of equal questions or "
                    + "questions on one passage", Figures.Percent(
                    accuracy.Interval))
                : ("95 % interval (Clopper-Pearson)", Figures.Percent(accuracy.Interval)));
            if (accuracy.IntervalOfUnrelated is { } unrelated)
            {
                rows.Add(("as if no two questions belonged together (Clopper-Pearson), too narrow", Figures.Percent(unrelated)));
            }

            if (report.StoppedEarly is null)
            {
                rows.Add(("standard error, questions that belong together as one cluster", Figures.Percent(accuracy.StandardError)));
            }

            rows.Add(("guessing gives", Figures.Percent(accuracy.Chance)));
            if (report.OptionScoring is { } scoring)
            {
                rows.Add(
                    ("per code point of the option (acc_norm)", $"{Figures.Percent((double)scoring.CorrectByCodePoints / scoring.Scored)} "
                        + $"({Figures.Of(scoring.CorrectByCodePoints, scoring.Scored)})"));
                rows.Add(
                    ("per byte of the option (acc_bytes)", $"{Figures.Percent((double)scoring.CorrectByBytes / scoring.Scored)} "
                        + $"({Figures.Of(scoring.CorrectByBytes, scoring.Scored)})"));
            }
        }
        else
        {
            rows.Add(("accuracy", NoAccuracy));
        }

        if (report.MacroAccuracy is { Datasets: > 1 } macro)
        {
            rows.Add(($"mean of the {macro.Datasets} data sets' accuracies (macro)", Figures.WithInterval(macro.Value, macro.Interval)));
        }

        yield return Table.OfValues(
        [
            .. rows,
            ("rows in the file", Figures.Count(questions.Rows)),
            ("rejected rows", Figures.Count(questions.Rejected)),
            ("questions asked", Figures.Count(questions.Asked)),
            ("without an answer by the model (wrong)", Figures.Count(questions.Unanswered)),
            ("failed by infrastructure (neither right nor wrong)",
                Figures.Count(questions.Failed)
                    + string.Concat(report.Failures.Select(static failure => $"; {failure.Code}: {failure.Questions}"))),
            ("cannot be asked so (in no figure)",
                Figures.Count(questions.Unaskable)
                    + string.Concat(report.UnaskableReasons.Select(static reason => $"; {reason.Code}: {reason.Questions}"))),
            report.StoppedEarly is { } stopped
                ? ($"not asked or not counted, by the rule to stop at ±{AccuracyTarget.TextOf(stopped.Points)} points",
                    Figures.Count(questions.NotAsked))
                : ("not asked yet", Figures.Count(questions.Waiting)),
            ("without a known right option", Figures.Count(questions.WithoutGold)),
        ]);
        if (!report.Notes.IsEmpty)
        {
            yield return new Items(report.Notes);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report)
    {
        var (questions, accuracy) = (report.Questions, report.Accuracy);
        var range = accuracy.Bounds is not null ? Figures.Interval(accuracy) : $"95 % interval {Figures.Percent(accuracy.Interval)}"
            + (accuracy.Clusters is { } clusters ? $" from {Figures.Count(clusters)} clusters" : "");
        yield return accuracy.Value is null ? new SummaryRow(Title, null, NoAccuracy) : new SummaryRow(
            Title,
            Figures.Percent(accuracy.Value),
            $"{(report.Provisional ? "provisional; " : "")}{Figures.Count(accuracy.Correct)} of {Figures.Count(accuracy.Scored)} right; "
                + $"{range}{(report.StoppedEarly is null ? "" : " on all its questions")}; guessing gives "
                + Figures.Percent(accuracy.Chance));
        if (report.StoppedEarly is { } stopped)
        {
            yield return new SummaryRow(
                "Stopped early",
                null,
                $"after {Figures.Count(stopped.Asked)} of {Figures.Count(stopped.Of)} questions: the interval is within "
                    + $"±{AccuracyTarget.TextOf(stopped.Points)} points");
        }

        yield return new SummaryRow(
            "Questions",
            null,
            $"{Figures.Count(questions.Asked)} asked, {Figures.Count(questions.Unanswered)} without an answer, "
                + $"{Figures.Count(questions.Failed)} failed"
                + (questions.Unaskable > 0 ? $", {Figures.Count(questions.Unaskable)} that cannot be asked" : ""));
    }
}
