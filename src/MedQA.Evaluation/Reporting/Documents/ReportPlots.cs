using System.Collections.Immutable;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>The plots of a report.</summary>
internal static class ReportPlots
{
    private const int MaxSlices = 40;

    /// <summary>Accuracy of each data set and topic with its interval, and what guessing gives.</summary>
    public static Plot? Slices(RunReport report)
    {
        var slices = report.Datasets
            .SelectMany(
                dataset => report.Topics.Where(topic => topic.Dataset == dataset.Dataset)
                    .OrderByDescending(static topic => topic.Questions)
                    .Prepend(dataset))
            .Where(static slice => slice.Accuracy.Value is not null)
            .Take(MaxSlices)
            .ToArray();
        if (slices.Length == 0)
        {
            return null;
        }

        var area = new PlotArea((0, 1), (slices.Length, 0), left: 240, height: 90 + (26 * slices.Length));
        Percentages(area.TickX);
        for (var row = 0; row < slices.Length; row++)
        {
            var (slice, y) = (slices[row], row + 0.5);
            var accuracy = slice.Accuracy;
            var hint =
                $"{slice.Topic ?? slice.Dataset}: {Figures.Percent(accuracy.Value)} ({Figures.Of(accuracy.Correct, accuracy.Scored)}), "
                    + $"{Figures.Interval(accuracy)}";
            area.Name(y, Shortened(slice.Topic is null ? slice.Dataset : $"– {slice.Topic}"));
            if ((accuracy.Bounds ?? accuracy.Interval) is { } interval)
            {
                area.Segment(interval.Lower, y, interval.Upper, y, "whisker", hint);
            }

            area.Mark(accuracy.Chance!.Value, y, 8, "axis", $"guessing gives {Figures.Percent(accuracy.Chance)}");
            area.Dot(accuracy.Value!.Value, y, 5, "one", hint);
        }

        area.Label("accuracy with 95 % interval; the upright mark is what guessing gives", "");
        return new Plot(
            "Accuracy by data set and topic",
            area.ToSvg("Accuracy of each data set and topic with its 95 % interval; the numbers are in the table."));
    }

    /// <summary>Questions per level of agreement, right and wrong.</summary>
    public static Plot? Agreement(RunReport report)
    {
        var levels = report.Agreement.Histogram;
        if (levels.Length < 2)
        {
            return null;
        }

        var most = levels.Max(static level => level.Questions);
        var area = new PlotArea((-0.05, 1.05), (0, Ceiling(most)));
        Percentages(area.TickX);
        Counts(area, Ceiling(most));
        var steps = levels.All(level => level.Samples == levels[0].Samples) ? levels[0].Samples + 1 : 101;
        var width = Math.Max(2, area.InnerWidth / 1.1 / steps * 0.8);
        foreach (var level in levels)
        {
            var hint = $"agreement {level.Votes}/{level.Samples}: {level.Questions} questions, {level.Correct} right, {level.Wrong} wrong";
            area.Bar(level.Agreement, width, 0, level.Correct, "one", hint);
            area.Bar(level.Agreement, width, level.Correct, level.Correct + level.Wrong, "two", hint);
            area.Bar(level.Agreement, width, level.Correct + level.Wrong, level.Questions, "rest", hint);
        }

        area.Label("agreement: votes for the answer over samples", "questions");
        area.Legend(
            [
                ("one", "right"),
                ("two", "wrong"),
                .. levels.Any(static level => level.Questions > level.Correct + level.Wrong)
                    ? [("rest", "not known")]
                    : ImmutableArray<(string, string)>.Empty
            ]);
        return new Plot(
            "How far the samples agree",
            area.ToSvg("Questions per level of agreement, right and wrong ones; the numbers are in the table."));
    }

    /// <summary>Accuracy of each bin of confidence against its mean confidence.</summary>
    public static Plot Calibration(ConfidenceReport confidence)
    {
        var area = new PlotArea((0, 1), (0, 1));
        Percentages(area.TickX);
        Percentages(area.TickY);
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
            "Calibration: on the dashed line, confidence is accuracy", area.ToSvg("Accuracy against mean confidence for ten bins."));
    }

    /// <summary>Accuracy of the answers kept, by the share kept.</summary>
    public static Plot Coverage(ConfidenceReport confidence)
    {
        var points = confidence.RiskCoverage;
        var lowest = Math.Min(90, 10 * (int)Math.Floor(points.Min(static point => point.Accuracy) * 10));
        var area = new PlotArea((0, 1), (lowest / 100.0, 1));
        Percentages(area.TickX);
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
            area.ToSvg("Accuracy of the kept answers against the share kept."));
    }

    /// <summary>What fewer samples would have scored.</summary>
    /// <param name="subsets">For m = 1 to the number of samples, at least 2.</param>
    public static Plot Subsets(ImmutableArray<SubsetScore> subsets)
    {
        var area = new PlotArea((1, subsets.Length), (0, 1));
        foreach (var m in Enumerable.Range(0, 6).Select(step => 1 + (int)Math.Round(step * (subsets.Length - 1) / 5.0)).Distinct())
        {
            area.TickX(m, $"{m}");
        }

        Percentages(area.TickY);
        var close = subsets[^1].PassAt - subsets[^1].MajorityAt < 0.06;
        area.Curve([.. subsets.Select(static score => ((double)score.Samples, score.PassAt))], "line-two", "pass@m", raised: close ? 8 : 0);
        area.Curve(
            [.. subsets.Select(static score => ((double)score.Samples, score.MajorityAt))], "line-one", "maj@m", raised: close ? -8 : 0);
        area.Label("samples m", "share of the questions");
        return new Plot(
            "Fewer samples: the vote (maj@m), and at least one sample right (pass@m)",
            area.ToSvg("pass@m and maj@m for every number of samples; the numbers are in the table."));
    }

    internal static void Percentages(Action<double, string> tick)
    {
        for (var percent = 0; percent <= 100; percent += 20)
        {
            tick(percent / 100.0, $"{percent} %");
        }
    }

    private static void Counts(PlotArea area, int ceiling)
    {
        for (var step = 0; step <= 4; step++)
        {
            if (ceiling * step % 4 == 0)
            {
                area.TickY(ceiling * step / 4, Figures.Count(ceiling * step / 4));
            }
        }
    }

    /// <summary>The next of 4, 8, 20, 40, 80, 200 … that holds the count.</summary>
    private static int Ceiling(int most)
    {
        for (long scale = 1; ; scale *= 10)
        {
            foreach (var step in (ReadOnlySpan<long>)[4 * scale, 8 * scale, 20 * scale])
            {
                if (step >= most)
                {
                    return (int)Math.Min(step, int.MaxValue);
                }
            }
        }
    }

    internal static string Shortened(string name)
    {
        const int MaxPlots = 32;
        if (name.Length <= MaxPlots)
        {
            return name;
        }

        var kept = char.IsHighSurrogate(name[MaxPlots - 2]) ? MaxPlots - 2 : MaxPlots - 1;
        return string.Concat(name.AsSpan(0, kept), "…");
    }
}
