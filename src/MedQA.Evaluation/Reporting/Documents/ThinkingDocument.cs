using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>Accuracy against the budget of thinking tokens, as people read it.</summary>
internal static class ThinkingDocument
{
    /// <param name="curve">What the samples tell.</param>
    /// <param name="questions">The questions.</param>
    public static IEnumerable<Block> Of(ThinkingCurve curve, int questions)
    {
        yield return new Heading(2, "Thinking budget");
        yield return new Paragraph(
            $"{Figures.Count(curve.Thinking)} of {Figures.Count(curve.Samples)} samples have a thought; its median length is "
                + $"{Figures.Count(curve.Median)} tokens, the longest has {Figures.Count(curve.Longest)}."
                + (curve.Closed > 0 ? $" The run's own budget closed {Figures.Count(curve.Closed)} of them." : "")
                + (curve.IsEstimated
                    ? " Lengths are estimated from the thoughts' share of the text: a run with \"thinkingTokens\" counts them."
                    : ""));
        yield return new Paragraph(
            "A sample whose thought ends within a budget answers the same under it. What the others would answer when their thought is "
                + "closed is not known without the model, so accuracy lies between "
                + "two bounds: the lower counts a question only if it is right "
                + "whatever they would answer (with one sample: they count as unanswered), the upper if it can be right.");
        if (curve.Points.Length > 1 || curve.Measured.Length > 1)
        {
            yield return Drawn(curve);
        }

        yield return new Table(
            [
                new("thinking tokens at most", true),
                new("samples within", true),
                new("questions known", true),
                new("accuracy at least", true),
                new("accuracy at most", true),
            ],
            [
                .. curve.Points.Select(point => ImmutableArray.Create(
                    Figures.Count(point.Budget),
                    Figures.Percent(point.ShareWithin),
                    Figures.Of(point.KnownQuestions, questions),
                    Figures.Percent(point.LowerBound),
                    Figures.Percent(point.UpperBound))),
            ]);
        if (curve.Measured.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(3, "Measured");
        yield return new Table(
            [
                new("thinkingTokens", true),
                new("run"),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("thoughts closed", true),
                new("tokens", true),
            ],
            [
                .. curve.Measured.Select(static measured => ImmutableArray.Create(
                    measured.Budget is { } budget ? Figures.Count(budget) : "no budget",
                    measured.Run,
                    Figures.Of(measured.Correct, measured.Scored),
                    Figures.Percent(measured.Accuracy),
                    Figures.Percent(measured.Interval),
                    Figures.Count(measured.Closed),
                    Figures.Count(measured.Tokens))),
            ]);
        yield return new Paragraph(
            "Finished runs of the same questions and model whose profiles differ in \"thinkingTokens\" alone. For paired tests between "
                + "them: medqa compare.");
    }

    private static Plot Drawn(ThinkingCurve curve)
    {
        var longest = Math.Max(curve.Points[^1].Budget, curve.Measured.Max(static measured => measured.Budget) ?? 0);
        var step = Math.Max(1, ReplayDocument.RoundStep(longest / 5.0));
        var steps = Math.Max(1, (int)Math.Ceiling(longest / step));
        var area = new PlotArea((0, steps * step), (0, 1));
        for (var tick = 0; tick <= steps; tick++)
        {
            area.TickX(tick * step, (tick * step).ToString("#,0"));
        }

        PlotArea.Percentages(area.TickY);
        area.Curve([.. curve.Points.Select(static point => ((double)point.Budget, point.UpperBound))], "two", "");
        area.Curve([.. curve.Points.Select(static point => ((double)point.Budget, point.LowerBound))], "one", "");
        foreach (var measured in curve.Measured)
        {
            if (measured.Budget is { } budget)
            {
                var hint = $"run {measured.Run}, thinkingTokens {budget:#,0}: {Figures.WithInterval(measured.Accuracy, measured.Interval)}";
                area.Segment(budget, measured.Interval.Lower, budget, measured.Interval.Upper, "whisker", hint);
                area.Dot(budget, measured.Accuracy, 5, "one", hint);
            }
        }

        area.Label("thinking tokens at most", "accuracy; dots are measured, with 95 % interval");
        area.Legend([("one", "at least"), ("two", "at most")]);
        return new Plot(
            "Accuracy against the thinking budget",
            area.Draw("Bounds of the accuracy under each budget of thinking tokens, and measured runs; the numbers are in the tables."));
    }
}
