using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>A replay as people read it.</summary>
internal static class ReplayDocument
{
    private static readonly int[] Deferred = [0, 10, 20, 30, 45, 60];

    public static IReadOnlyList<Block> Of(ReplayReport replay) =>
    [
        new Heading(1, $"{replay.QuestionSet} on {replay.Model}: other strategies from the same samples"),
        new Note(RunReport.NotMedicalAdvice),
        .. replay.Warnings.Select(static warning => new Note(warning)),
        new Paragraph(
            $"Run {replay.Run}, {Figures.Count(replay.Questions)} questions with a known right option, {replay.Samples} "
                + $"{(replay.Samples == 1 ? "sample" : "samples")} each. No model was asked again."),
        .. replay.Strategies.Length > 1 ? Strategies(replay) : [],
        .. replay.Thinking is { } curve ? ThinkingDocument.Of(curve, replay.Questions) : [],
        .. Subsets(replay),
    ];

    private static IEnumerable<Block> Strategies(ReplayReport replay) =>
    [
        new Heading(2, "Strategies"),
        Cost(replay),
        new Table(
            [
                new("no.", true),
                new("strategy"),
                new("correct", true),
                new("accuracy", true),
                new("95 % interval"),
                new("samples a question", true),
                new("tokens", true),
                new("tokens saved", true),
                new("McNemar mid-p", true),
                new("after Holm", true)
            ],
            [
                .. replay.Strategies.Select((strategy, index) => ImmutableArray.Create(
                    $"{index + 1}",
                    strategy.Name,
                    Figures.Of(strategy.Correct, replay.Questions),
                    Figures.Percent(strategy.Accuracy),
                    Figures.Percent(strategy.Interval),
                    strategy.MeanSamples.ToString("0.0"),
                    Figures.Count(strategy.Tokens),
                    Figures.Percent(strategy.TokensSaved),
                    strategy.Test is { } test ? Figures.P(test.MidP) : Figures.None,
                    strategy.HolmP is { } p ? Figures.P(p) : Figures.None)),
            ]),
        new Paragraph(
            $"Tests are against the first row, on the same questions; Holm's correction is for the family of {replay.FamilySize} tests. "
                + "Samples are used in the order of their indices."),
        new Heading(2, "Deferral"),
        new Paragraph(
            "Accuracy of the answers kept when the least confident are left to a person. Confidence is the votes' share of the samples or "
                + "of the weights, and the stopping posterior where a strategy stops early."),
        new Table(
            [new("strategy"), .. Deferred.Select(static percent => new Column($"{percent} % deferred", true))],
            [
                .. replay.Strategies.Where(static strategy => !strategy.Deferral.IsEmpty).Select(static ImmutableArray<string> (strategy) =>
                    [strategy.Name, .. Deferred.Select(percent => DeferralOf(strategy, percent))]),
            ]),
    ];

    private static string DeferralOf(ReplayedStrategy strategy, int percent)
    {
        var point = strategy.Deferral.Single(point => Math.Abs(point.Deferred - (percent / 100.0)) < 1e-9);
        return Figures.WithInterval(point.Accuracy, point.Interval);
    }

    private static Plot Cost(ReplayReport replay)
    {
        var tokens = replay.Strategies.Max(static strategy => strategy.Tokens) / (double)replay.Questions;
        var lowest = Math.Min(80, 20 * (int)Math.Floor(replay.Strategies.Min(static strategy => strategy.Interval.Lower) * 5));
        var step = RoundStep(tokens / 5);
        var steps = Math.Max(1, (int)Math.Ceiling(tokens / step));
        var area = new PlotArea((0, steps * step), (lowest / 100.0, 1));
        for (var tick = 0; tick <= steps; tick++)
        {
            area.TickX(tick * step, (tick * step).ToString("#,0.##"));
        }

        for (var percent = lowest; percent <= 100; percent += lowest < 60 ? 20 : 5)
        {
            area.TickY(percent / 100.0, $"{percent} %");
        }

        foreach (var strategy in replay.Strategies)
        {
            var (x, hint) =
                (strategy.Tokens / (double)replay.Questions, $"{strategy.Name}: "
                    + $"{Figures.WithInterval(strategy.Accuracy, strategy.Interval)}, {strategy.MeanSamples:0.0} samples and "
                    + $"{strategy.Tokens / (double)replay.Questions:#,0} tokens a question");
            area.Segment(x, strategy.Interval.Lower, x, strategy.Interval.Upper, "whisker", hint);
            area.Dot(x, strategy.Accuracy, 5, "one", hint);
        }

        foreach (var (x, y, numbers) in Numbered(replay, steps * step))
        {
            area.Name(x, y, string.Join(", ", numbers));
        }

        area.Label("generated tokens a question", "accuracy, with 95 % interval");
        return new Plot(
            "Accuracy against tokens; the numbers are those of the table",
            area.Draw("Accuracy of each strategy against the tokens that it generates; the numbers are in the table."));
    }

    /// <summary>1, 2 or 5 times a power of ten, at least as much as a value.</summary>
    internal static double RoundStep(double value)
    {
        var scale = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 0.2))));
        return scale * ((ReadOnlySpan<double>)[1, 2, 5, 10])[value <= scale ? 0 : value <= 2 * scale ? 1 : value <= 5 * scale ? 2 : 3];
    }

    /// <summary>Returns the strategies' numbers at their points; those whose points lie on each other share one.</summary>
    private static List<(double X, double Y, List<int> Numbers)> Numbered(ReplayReport replay, double width)
    {
        var points = new List<(double X, double Y, List<int> Numbers)>();
        for (var index = 0; index < replay.Strategies.Length; index++)
        {
            var (x, y) = (replay.Strategies[index].Tokens / (double)replay.Questions, replay.Strategies[index].Accuracy);
            var near = points.FindIndex(point => Math.Abs(point.X - x) < width / 30 && Math.Abs(point.Y - y) < 0.015);
            if (near < 0)
            {
                points.Add((x, y, [index + 1]));
            }
            else
            {
                points[near].Numbers.Add(index + 1);
            }
        }

        return points;
    }

    private static IEnumerable<Block> Subsets(ReplayReport replay)
    {
        if (replay.Subsets.IsEmpty)
        {
            yield break;
        }

        yield return new Heading(2, "Any m of the samples");
        yield return new Paragraph(
            "The exact expectation over all choices of m samples: pass@m that one of them is right, maj@m that their vote is (ties among "
                + "t options at 1/t).");
        yield return SamplesSection.Drawn(replay.Subsets);
        yield return new Table(
            [new("m samples", true), new("pass@m", true), new("maj@m", true)],
            [.. replay.Subsets.Select(
                static score =>
                    ImmutableArray.Create($"{score.Samples}", Figures.Percent(score.PassAt), Figures.Percent(score.MajorityAt)))]);
    }
}
