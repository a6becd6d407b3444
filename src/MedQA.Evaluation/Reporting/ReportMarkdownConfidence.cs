using System.Text;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Reporting.ReportMarkdown;

namespace MedQA.Evaluation.Reporting;

/// <summary>The sections of a Markdown report on calibration, deferral and fewer samples.</summary>
internal static class ReportMarkdownConfidence
{
    /// <summary>The numbers of samples that a table shows of a curve over all of them.</summary>
    private static readonly int[] Milestones = [1, 2, 3, 5, 7, 9, 11, 15, 21, 31, 41, 61, 81, 100];

    public static void Write(StringBuilder text, RunReport report)
    {
        Section(text, "Calibration and deferral", report.Confidence);
        Section(text, "Calibration and deferral by likelihood", report.LikelihoodConfidence);
        Section(text, "Calibration and deferral by stopping posterior", report.StoppingPosterior);
        Guarantee(text, report.Guarantee);
        Samples(text, report.Samples);
    }

    private static void Section(StringBuilder text, string heading, ConfidenceReport? report)
    {
        if (report is null)
        {
            return;
        }

        var (figures, intervals) = (report.Figures, report.Intervals);
        Heading(text, heading);
        Line(text, $"Confidence is the {report.Confidence}. {Figures.Count(report.Questions)} questions{(report.Few ? $": fewer than {ConfidenceReport.FewQuestions}, so read these figures with their intervals" : "")}.");
        Line(text, "");
        Line(text, "| | | 95 % interval (bootstrap) |");
        Line(text, "| --- | ---: | --- |");
        Row("ECE, 10 bins", figures.ExpectedError, intervals?.ExpectedError);
        Row("MCE", figures.MaximumError, intervals?.MaximumError);
        Row("Brier score", figures.Brier, intervals?.Brier);
        Row("AUROC of right against wrong", figures.Auroc, intervals?.Auroc);
        Row("AURC", figures.Aurc, intervals?.Aurc);
        Row("E-AURC", figures.ExcessAurc, intervals?.ExcessAurc);
        Line(text, "");
        Line(text, "| deferred | kept | threshold | accuracy of the kept |");
        Line(text, "| ---: | ---: | ---: | ---: |");
        foreach (var point in report.Deferral)
        {
            Line(text, $"| {Figures.Percent(point.Deferred)} | {point.Kept:0.#} | {Figures.Fraction(point.Threshold)} | {Figures.Percent(point.Accuracy)} |");
        }

        Line(text, "");
        Line(text, "The thresholds are chosen on the same answers; on new questions the same threshold can keep more or fewer, and be right less often.");

        void Row(string name, double? value, Interval? interval) =>
            Line(text, $"| {name} | {Figures.Fraction(value)} | {(interval is { } known ? $"[{known.Lower:0.000}, {known.Upper:0.000}]" : Figures.None)} |");
    }

    private static void Guarantee(StringBuilder text, GuaranteedDeferral? guarantee)
    {
        if (guarantee is null)
        {
            return;
        }

        Heading(text, "Deferral with a guarantee");
        var goal = $"at least {Figures.Percent(guarantee.TargetAccuracy)} right among the answered, with {Figures.Percent(guarantee.Confidence)} confidence (Learn then Test, arXiv 2110.01052)";
        if (guarantee.Threshold is not { } threshold)
        {
            Line(text, $"From the development run on {Plain(guarantee.Development)} no threshold guarantees {goal}: it has too few answers, or too many wrong ones.");
            return;
        }

        Line(text, $"Threshold {Figures.Fraction(threshold.Threshold)} guarantees {goal}, for questions like those of the development run on {Plain(guarantee.Development)}. There it keeps {Figures.Of(threshold.Kept, threshold.Development)} answers, {Figures.Percent(threshold.Accuracy)} of them right.");
        Line(text, $"On this run it keeps {Figures.Percent(guarantee.Coverage)} of the answers, {Figures.Of(guarantee.Right, guarantee.Kept)} of them right, 95 % interval {Figures.Percent(guarantee.Interval)}.");
    }

    private static void Samples(StringBuilder text, SampleFigures? samples)
    {
        if (samples is null)
        {
            return;
        }

        Heading(text, "Fewer samples");
        Line(text, $"One sample alone is right on {Figures.Percent(samples.MeanAccuracy)} of {Figures.Count(samples.Questions)} questions: from {Figures.Percent(samples.LowestAccuracy)} to {Figures.Percent(samples.HighestAccuracy)} over the {samples.Samples} samples, standard deviation {Figures.Percent(samples.Deviation)}.");
        if (samples.Subsets.IsEmpty)
        {
            return;
        }

        Line(text, "");
        Line(text, "| m samples | pass@m | maj@m (ties at 1/t) |");
        Line(text, "| ---: | ---: | ---: |");
        foreach (var score in samples.Subsets.Where(score => Milestones.Contains(score.Samples) || score.Samples == samples.Samples))
        {
            Line(text, $"| {score.Samples} | {Figures.Percent(score.PassAt)} | {Figures.Percent(score.MajorityAt)} |");
        }
    }
}
