using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>How the samples voted and ended, and what they cost.</summary>
internal sealed class VotesSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "Votes";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        var (forced, ties, ends) = (report.ForcedVotes, report.Ties, report.Reasonings);
        yield return new Table(
            [new(""), new("accuracy", true), new("mean agreement", true), new("ECE", true)],
            [
                Row("forced votes counted", forced.Counted),
                Row("forced votes as abstentions", forced.AsAbstentions),
                ["ties among m options at 1/m", Figures.Percent(ties.AccuracyAtChance), "", ""],
            ]);
        yield return new Items(
        [
            $"{Figures.Count(forced.Forced)} of {Figures.Count(forced.Votes)} votes were forced by the answer cue; "
                + $"{Figures.Count(forced.Answers)} answers rest on forced votes alone.",
            $"{Figures.Count(ties.Questions)} questions were ties; the tie-break answered {Figures.Of(ties.Correct, ties.Scored)} of them "
                + "right.",
            $"{Figures.Count(ends.Total)} reasonings: {Figures.Count(ends.EndToken)} ended by the model, {Figures.Count(ends.StopText)} "
                + $"by a stop text, {Figures.Count(ends.Cut)} cut at maxTokens ({Figures.Percent(ends.ShareCut)}).",
            $"{Figures.Count(report.Tokens.Prompt)} prompt tokens (each question's once), {Figures.Count(report.Tokens.Generated)} "
                + "generated tokens.",
            .. Thought(report),
        ]);
        if (forced.Forced > 0)
        {
            yield return new QuestionsLink("forced", "Questions with votes that the answer cue forced");
        }

        if (ties.Questions > 0)
        {
            yield return new QuestionsLink("tie", "Questions that were ties");
        }

        if (report.QuestionsWithFixedOptions > 0)
        {
            yield return new Paragraph(
                "Questions of which options stayed in place, because they speak of places or letters: "
                    + $"{Figures.Count(report.QuestionsWithFixedOptions)}.");
        }

        if (Drawn(report) is { } plot)
        {
            yield return plot;
        }

        if (!report.Agreement.Histogram.IsEmpty)
        {
            yield return new Table(
                [new("agreement"), new("questions", true), new("right", true), new("wrong", true), new("accuracy", true)],
                [
                    .. report.Agreement.Histogram.Select(static level => ImmutableArray.Create(
                        $"{level.Votes}/{level.Samples}",
                        Figures.Count(level.Questions),
                        Figures.Count(level.Correct),
                        Figures.Count(level.Wrong),
                        Figures.Percent(level.Correct + level.Wrong == 0 ? null : (double)level.Correct / (level.Correct + level.Wrong)))),
                ]);
        }

        static ImmutableArray<string> Row(string name, VoteFigures figures) =>
            [name, Figures.Percent(figures.Accuracy), Figures.Fraction(figures.MeanAgreement), Figures.Fraction(figures.CalibrationError)];
    }

    /// <summary>What was thought, where the profile limits that.</summary>
    private static IEnumerable<string> Thought(RunReport report)
    {
        if (report.Thinking is { } thinking)
        {
            yield return $"{Figures.Count(thinking.Thinking)} of {Figures.Count(thinking.Reasonings)} reasonings thought, "
                + $"{Figures.Count(thinking.Tokens)} tokens in all; {Figures.Count(thinking.Closed)} thoughts were closed after "
                + $"thinkingTokens, {report.Protocol.Profile.ThinkingTokens}.";
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report)
    {
        var (forced, tokens) = (report.ForcedVotes, report.Tokens);
        if (report.Agreement.Histogram.IsEmpty || report.Agreement.Histogram.Any(static level => level.Samples > 1))
        {
            yield return new SummaryRow(
                "Agreement",
                null,
                report.Agreement.Mean is { } mean
                    ? $"{Figures.Percent(mean)} of the samples vote for the answer, on average"
                    : Figures.None);
        }

        yield return new SummaryRow(
            "Forced answers",
            null,
            $"{Figures.Count(forced.Forced)} of {Figures.Count(forced.Votes)} votes; {Figures.Count(forced.Answers)} answers rest on them "
                + "alone");
        yield return new SummaryRow("Tokens", null, report.Circumstances.Usage is { } counted
            ? $"{counted.PromptTokens:#,0} read, {counted.CompletionTokens:#,0} generated, as the service counts"
            : $"{Figures.Count(tokens.Prompt)} read, {Figures.Count(tokens.Generated)} generated");
    }

    /// <summary>Questions per level of agreement, right and wrong.</summary>
    private static Plot? Drawn(RunReport report)
    {
        var levels = report.Agreement.Histogram;
        if (levels.Length < 2)
        {
            return null;
        }

        var most = levels.Max(static level => level.Questions);
        var steps = levels.All(level => level.Samples == levels[0].Samples) ? levels[0].Samples + 1 : 101;

        // The outermost bars stand at 0 and 1; the fewer samples, the wider they are.
        var margin = Math.Max(0.05, 0.5 / steps);
        var drawing = DrawnOver(margin);
        return new Plot(
            "How far the samples agree", margin > 0.05 ? drawing with { Earlier = DrawnOver(0.05) } : drawing);

        PlotDrawing DrawnOver(double margin)
        {
            var area = new PlotArea((-margin, 1 + margin), (0, Ceiling(most)));
            PlotArea.Percentages(area.TickX);
            Counts(area, Ceiling(most));
            var width = Math.Max(2, area.InnerWidth / (1 + (2 * margin)) / steps * 0.8);
            foreach (var level in levels)
            {
                var hint =
                    $"agreement {level.Votes}/{level.Samples}: {level.Questions} questions, {level.Correct} right, {level.Wrong} wrong";
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
            return area.Draw("Questions per level of agreement, right and wrong ones; the numbers are in the table.");
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

    /// <summary>Returns the next of 4, 8, 20, 40, 80, 200 … that holds the count.</summary>
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
}
