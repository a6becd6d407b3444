using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Calibration and deferral by one kind of confidence.</summary>
/// <param name="title">Its title.</param>
/// <param name="part">The figures of this kind of confidence.</param>
/// <param name="deferred">The dashboard's filter that leaves the questions that are deferred by it, if there is one.</param>
internal sealed class ConfidenceSection(string title, Func<RunReport, ConfidenceReport?> part, string? deferred = null) : IReportSection
{
    /// <summary>The fraction deferred for which the Med-PaLM article gives an accuracy.</summary>
    private const double GivenByMedPalm = 0.45;

    /// <inheritdoc/>
    public string Title => title;

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (part(report) is not { } confidence)
        {
            yield break;
        }

        var (figures, intervals) = (confidence.Figures, confidence.Intervals);
        yield return new Paragraph(
            $"Confidence is the {confidence.Confidence}. {Figures.Count(confidence.Questions)} questions"
                + (confidence.Few ? $": fewer than {ConfidenceReport.FewQuestions}, so read these figures with their intervals." : "."));
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
        if (!confidence.Bins.IsEmpty)
        {
            yield return Calibration(confidence);
        }

        yield return Coverage(confidence);
        yield return new Table(
            [new("deferred", true), new("kept", true), new("threshold", true), new("accuracy of the kept", true), new("95 % interval")],
            [.. confidence.Deferral.Select(static point => ImmutableArray.Create(
                Figures.Percent(point.Deferred),
                point.Kept.ToString("0.#"),
                Figures.Fraction(point.Threshold),
                Figures.Percent(point.Accuracy),
                Figures.Percent(point.Interval)))]);
        yield return new Paragraph(
            "The thresholds are chosen on the same answers, which the intervals allow for; on new questions the same threshold can keep "
                + "more or fewer, and be right less often.");
        if (deferred is not null && confidence.Deferral.Any(static point => Math.Abs(point.Deferred - GivenByMedPalm) < 1e-9))
        {
            yield return new QuestionsLink(deferred, "The questions that 45 % deferral leaves to a person");
        }

        static ImmutableArray<string> Row(string name, double? value, Interval? interval) =>
            [name, Figures.Fraction(value), interval is { } known ? $"{known.Lower:0.000} to {known.Upper:0.000}" : Figures.None];
    }

    /// <summary>Accuracy of each bin of confidence against its mean confidence.</summary>
    private static Plot Calibration(ConfidenceReport confidence)
    {
        var area = new PlotArea((0, 1), (0, 1));
        PlotArea.Percentages(area.TickX);
        PlotArea.Percentages(area.TickY);
        area.Segment(0, 0, 1, 1, "ideal");
        foreach (var bin in confidence.Bins)
        {
            var interval = bin.Interval;
            var hint =
                $"{bin.Count} questions of mean confidence {Figures.Percent(bin.MeanConfidence)}: "
                    + $"{Figures.WithInterval(bin.Accuracy, interval)} right";
            area.Segment(bin.MeanConfidence, interval.Lower, bin.MeanConfidence, interval.Upper, "whisker", hint);
            area.Dot(bin.MeanConfidence, bin.Accuracy, 5, "one", hint);
        }

        area.Label("mean confidence of a bin", "accuracy, with 95 % interval");
        return new Plot(
            "Calibration: on the dashed line, confidence is accuracy", area.Draw("Accuracy against mean confidence for ten bins."));
    }

    /// <summary>Accuracy of the answers kept, by the share kept.</summary>
    private static Plot Coverage(ConfidenceReport confidence)
    {
        var points = confidence.RiskCoverage;
        var lowest = Math.Min(90, 10 * (int)Math.Floor(points.Min(static point => point.Accuracy) * 10));
        var area = new PlotArea((0, 1), (lowest / 100.0, 1));
        PlotArea.Percentages(area.TickX);
        for (var percent = lowest; percent <= 100; percent += lowest switch { < 60 => 20, < 90 => 10, _ => 2 })
        {
            area.TickY(percent / 100.0, $"{percent} %");
        }

        area.Curve([.. points.Select(static point => (point.Coverage, point.Accuracy))], "line-one", "none deferred");
        foreach (var point in points.Length <= 60 ? points : [])
        {
            area.Dot(
                point.Coverage,
                point.Accuracy,
                4,
                "one",
                $"confidence at least {Figures.Fraction(point.Threshold)}: {Figures.Of(point.Right, point.Kept)} right, "
                    + $"{Figures.Percent(point.Accuracy)}, {Figures.Percent(point.Coverage)} kept");
        }

        area.Label("coverage: share of the questions kept, the most confident first", "accuracy of the kept");
        return new Plot(
            "What deferring the least confident answers gains (risk is 1 less accuracy)",
            area.Draw("Accuracy of the kept answers against the share kept."));
    }
}
