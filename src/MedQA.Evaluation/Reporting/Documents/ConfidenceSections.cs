using System.Collections.Immutable;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>The sections on calibration, deferral and fewer samples.</summary>
internal static class ConfidenceSections
{
    /// <summary>The numbers of samples that a table shows of a curve over all of them.</summary>
    private static readonly int[] Milestones = [1, 2, 3, 5, 7, 9, 11, 15, 21, 31, 41, 61, 81, 100];

    public static IEnumerable<Block> Of(RunReport report) =>
    [
        .. Confidence("Calibration and deferral", report.Confidence),
        .. Confidence("Calibration and deferral by the options' probabilities", report.OptionConfidence),
        .. Confidence("Calibration and deferral by stopping posterior", report.StoppingPosterior),
        .. Guarantee(report.Guarantee),
        .. Samples(report),
    ];

    private static IEnumerable<Block> Confidence(string heading, ConfidenceReport? report)
    {
        if (report is null)
        {
            yield break;
        }

        var (figures, intervals) = (report.Figures, report.Intervals);
        yield return new Heading(2, heading);
        yield return new Paragraph(
            $"Confidence is the {report.Confidence}. {Figures.Count(report.Questions)} questions"
                + (report.Few ? $": fewer than {ConfidenceReport.FewQuestions}, so read these figures with their intervals." : "."));
        yield return new Table(
            [new(""), new("value", true), new("95 % interval (bootstrap)")],
            [
                Row("ECE, 10 bins", figures.ExpectedError, intervals?.ExpectedError),
                Row("MCE", figures.MaximumError, intervals?.MaximumError),
                Row("Brier score", figures.Brier, intervals?.Brier),
                Row("AUROC of right against wrong", figures.Auroc, intervals?.Auroc),
                Row("AURC", figures.Aurc, intervals?.Aurc),
                Row("E-AURC", figures.ExcessAurc, intervals?.ExcessAurc),
            ]);
        yield return ReportPlots.Calibration(report);
        yield return ReportPlots.Coverage(report);
        yield return new Table(
            [new("deferred", true), new("kept", true), new("threshold", true), new("accuracy of the kept", true), new("95 % interval")],
            [.. report.Deferral.Select(static point => ImmutableArray.Create(
                Figures.Percent(point.Deferred),
                point.Kept.ToString("0.#"),
                Figures.Fraction(point.Threshold),
                Figures.Percent(point.Accuracy),
                Figures.Percent(point.Interval)))]);
        yield return new Paragraph(
            "The thresholds are chosen on the same answers, which the intervals allow for; on new questions the same threshold can keep "
                + "more or fewer, and be right less often.");

        static ImmutableArray<string> Row(string name, double? value, Interval? interval) =>
            [name, Figures.Fraction(value), interval is { } known ? $"{known.Lower:0.000} to {known.Upper:0.000}" : Figures.None];
    }

    private static IEnumerable<Block> Guarantee(GuaranteedDeferral? guarantee)
    {
        if (guarantee is null)
        {
            yield break;
        }

        yield return new Heading(2, "Deferral with a guarantee");
        foreach (var warning in guarantee.Warnings)
        {
            yield return new Note(warning);
        }

        var goal =
            $"at least {Figures.Percent(guarantee.TargetAccuracy)} right among the answered, with {Figures.Percent(guarantee.Confidence)} "
                + "confidence (Learn then Test, arXiv 2110.01052)";
        if (guarantee.Threshold is not { } threshold)
        {
            yield return new Paragraph(
                $"From the development run on {guarantee.Development} no threshold guarantees {goal}: it has too few answers, or too many "
                    + "wrong ones.");
            yield break;
        }

        yield return new Paragraph(
            $"Threshold {Figures.Fraction(threshold.Threshold)} guarantees {goal}, for questions like those of the development run on "
                + $"{guarantee.Development}. There it keeps {Figures.Of(threshold.Kept, threshold.Development)} answers, "
                + $"{Figures.Percent(threshold.Accuracy)} of them right.");
        yield return new Paragraph(
            $"On this run it keeps {Figures.Percent(guarantee.Coverage)} of the answers, {Figures.Of(guarantee.Right, guarantee.Kept)} of "
                + $"them right, 95 % interval {Figures.Percent(guarantee.Interval)}.");
    }

    private static IEnumerable<Block> Samples(RunReport report)
    {
        if (report.Samples is not { } samples)
        {
            yield break;
        }

        yield return new Heading(2, "Fewer samples");
        yield return new Paragraph(
            $"One sample alone is right on {Figures.Percent(samples.MeanAccuracy)} of {Figures.Count(samples.Questions)} questions: from "
                + $"{Figures.Percent(samples.LowestAccuracy)} to {Figures.Percent(samples.HighestAccuracy)} over the {samples.Samples} "
                + $"samples, standard deviation {Figures.Percent(samples.Deviation)}.");
        if (samples.Subsets.IsEmpty)
        {
            yield break;
        }

        yield return ReportPlots.Subsets(samples.Subsets);
        yield return new Table(
            [new("m samples", true), new("pass@m", true), new("maj@m (ties at 1/t)", true), new("tokens a question", true)],
            [
                .. samples.Subsets
                    .Where(score => Milestones.Contains(score.Samples) || score.Samples == samples.Samples)
                    .Select(
                        score => ImmutableArray.Create(
                            $"{score.Samples}", Figures.Percent(score.PassAt), Figures.Percent(score.MajorityAt), Tokens(score.Samples))),
            ]);

        // The answers of a second stage cost the first stage too, whatever their number.
        string Tokens(int count) => report.Protocol.Profile.Strategy.HasSecondStage
            ? Figures.None
            : ((double)report.Tokens.Generated * count / samples.Samples / report.Questions.Asked).ToString("#,0");
    }
}
