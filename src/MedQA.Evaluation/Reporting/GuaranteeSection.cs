using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>Deferral with a guarantee from a development run.</summary>
internal sealed class GuaranteeSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "Deferral with a guarantee";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (report.Guarantee is not { } guarantee)
        {
            yield break;
        }

        foreach (var warning in guarantee.Warnings)
        {
            yield return new Note(warning);
        }

        if (guarantee.Threshold is not { } threshold)
        {
            yield return new Paragraph(
                $"From the development run on {guarantee.Development} no threshold guarantees {Goal(guarantee)}: it has too few "
                    + "answers, or too many wrong ones.");
            yield break;
        }

        yield return new Paragraph(
            $"Threshold {Figures.Fraction(threshold.Threshold)} guarantees {Goal(guarantee)}, for questions like those of the development "
                + $"run on {guarantee.Development}. There it keeps {Figures.Of(threshold.Kept, threshold.Development)} answers, "
                + $"{Figures.Percent(threshold.Accuracy)} of them right.");
        yield return new Paragraph(
            $"On this run it keeps {Figures.Percent(guarantee.Coverage)} of the answers, {Figures.Of(guarantee.Right, guarantee.Kept)} of "
                + $"them right, 95 % interval {Figures.Percent(guarantee.Interval)}.");
    }

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report)
    {
        if (report.Guarantee is not { } guarantee)
        {
            yield break;
        }

        yield return new SummaryRow("Guarantee", null, guarantee.Threshold is { } threshold
            ? $"confidence of {Figures.Fraction(threshold.Threshold)} or more: {Goal(guarantee)}; {Figures.Percent(guarantee.Coverage)} of "
                + $"this run's answers are kept, {Figures.Of(guarantee.Right, guarantee.Kept)} right"
            : $"no threshold gives {Goal(guarantee)}: {guarantee.Development} has too few answers, or too many wrong ones");
        foreach (var warning in guarantee.Warnings)
        {
            yield return new SummaryRow("", null, $"Note: {warning}");
        }
    }

    private static string Goal(GuaranteedDeferral guarantee) =>
        $"at least {Figures.Percent(guarantee.TargetAccuracy)} right among the answered, with {Figures.Percent(guarantee.Confidence)} "
            + "confidence (Learn then Test, arXiv 2110.01052)";
}
