using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>A comparison as people read it.</summary>
internal static class ComparisonDocument
{
    public static IReadOnlyList<Block> Of(RunComparison comparison) => [.. Blocks(comparison)];

    /// <summary>Returns the main result of each pair.</summary>
    public static IEnumerable<SummaryRow> Summary(RunComparison comparison) => comparison.Pairs.Select(static pair => new SummaryRow(
        $"{pair.Dataset ?? "All data sets"}: {pair.Second} against {pair.First}",
        Figures.Points(pair.Difference),
        $"{Said(pair)} 95 % interval {IntervalOf(pair)} points; McNemar's test, mid-p {Figures.P(pair.Test.MidP)}, after Holm's correction "
            + $"{Figures.P(pair.HolmP)}. {AnytimeSaid(pair)}"
            + $"Of {Figures.Count(pair.Questions)} questions both answered {Figures.Count(pair.BothRight)} right, "
            + $"only the first {Figures.Count(pair.Test.OnlyFirst)}, only the second {Figures.Count(pair.Test.OnlySecond)}, neither "
            + $"{Figures.Count(pair.NeitherRight)}."));

    private static IEnumerable<Block> Blocks(RunComparison comparison)
    {
        yield return new Heading(1, "Comparison");
        yield return new Note(
            "The answers of these runs come from language models. They measure the models; they are not medical advice.");
        foreach (var warning in comparison.Warnings)
        {
            yield return new Note(warning);
        }

        foreach (var block in Accuracies(comparison))
        {
            yield return block;
        }

        if (!comparison.Accuracies.IsEmpty)
        {
            foreach (var block in SizePlot.Blocks(comparison.Accuracies))
            {
                yield return block;
            }
        }

        yield return new Heading(2, "On the questions in common");
        yield return new Table(
            [
                new("first"),
                new("second"),
                new("data set"),
                new("questions", true),
                new("left out", true),
                new("first's accuracy"),
                new("second's accuracy")
            ],
            [
                .. comparison.Pairs.Select(static pair => ImmutableArray.Create(
                    pair.First,
                    pair.Second,
                    pair.Dataset ?? "all",
                    $"{Figures.Count(pair.Questions)}{(pair.Clusters is { } clusters ? $" in {Figures.Count(clusters)} clusters" : "")}",
                    $"{pair.LeftOutOfFirst} + {pair.LeftOutOfSecond}",
                    Figures.WithInterval(pair.FirstAccuracy, pair.FirstInterval),
                    Figures.WithInterval(pair.SecondAccuracy, pair.SecondInterval))),
            ]);
        yield return new Heading(2, "Differences");
        yield return new Table(
            [
                new("first"),
                new("second"),
                new("data set"),
                new("difference (second − first)", true),
                new("95 % interval"),
                new("only first right", true),
                new("only second right", true),
                new("McNemar mid-p", true),
                new("exact p", true),
                new("mid-p after Holm", true)
            ],
            [
                .. comparison.Pairs.Select(static pair => ImmutableArray.Create(
                    pair.First,
                    pair.Second,
                    pair.Dataset ?? "all",
                    Figures.Points(pair.Difference),
                    IntervalOf(pair),
                    Figures.Count(pair.Test.OnlyFirst),
                    Figures.Count(pair.Test.OnlySecond),
                    Figures.P(pair.Test.MidP),
                    Figures.P(pair.Test.ExactP),
                    Figures.P(pair.HolmP))),
            ]);
        yield return new Paragraph(
            $"Holm's correction is for the family of {comparison.FamilySize} {(comparison.FamilySize == 1 ? "test" : "tests")} in this "
                + "table. Intervals are not corrected.");
        if (!comparison.Apart.IsEmpty)
        {
            yield return new Items(
                [.. comparison.Apart.Select(static pair => $"No question in common, so not compared: {pair.First} and {pair.Second}.")]);
        }

        if (comparison.Pairs.Any(static pair => pair.Rough))
        {
            yield return new Paragraph(
                $"Rough: fewer than {PairedComparison.FewDiscordant} questions (or clusters of them) tell the runs apart; rely on the "
                    + "test.");
        }

        if (comparison.Pairs.Any(static pair => pair.Test.Undecided))
        {
            yield return new Paragraph("Where no question tells two runs apart, p is 1 by convention and says nothing.");
        }

        if (comparison.Pairs.Any(static pair => pair.Clusters is not null))
        {
            yield return new Paragraph(
                "Where questions belong together (equal questions, questions on one passage), intervals and tests are over clusters of "
                    + "them.");
        }

        if (comparison.Pairs.Sum(static pair => pair.Dataset is null ? 0 : pair.Unaskable) is > 0 and var unaskable)
        {
            yield return new Paragraph(
                $"Questions that could not be asked in one of the runs, and are left out: {Figures.Count(unaskable)}.");
        }

        foreach (var block in Anytime(comparison))
        {
            yield return block;
        }
    }

    /// <summary>Strategy and model down, data sets across, as the papers print it.</summary>
    private static IEnumerable<Block> Accuracies(RunComparison comparison)
    {
        if (comparison.Accuracies.IsEmpty)
        {
            yield break;
        }

        string[] datasets = [.. comparison.Accuracies.SelectMany(static row => row.Cells)
            .Select(static cell => cell.Dataset)
            .Distinct()
            .Order(StringComparer.Ordinal)];
        yield return new Heading(2, "Strategies, models and data sets");
        yield return new Table(
            [new("profile"), new("strategy"), new("model"), .. datasets.Select(static dataset => new Column(dataset)), new("run")],
            [
                .. comparison.Accuracies.Select(ImmutableArray<string> (row) =>
                    [row.Profile, row.Strategy, row.Model, .. datasets.Select(dataset => row.Cells.FirstOrDefault(
                        cell => cell.Dataset == dataset) is { } cell
                        ? $"{Figures.Percent(cell.Accuracy)} ({Figures.Of(cell.Correct, cell.Scored)}; "
                            + $"{Figures.Percent(cell.Interval)}){(cell.Provisional ? " provisional" : "")}"
                        : Figures.None), string.Join(", ", row.Runs)]),
            ]);
        var stopped = comparison.Pairs.Any(static pair => pair.Anytime is not null)
            ? "; of a run that stopped early, the interval of its accuracy on all its questions, which holds in spite of the stop"
            : "";
        yield return new Paragraph(
            "Each on all its own questions with a known right option, with the 95 % interval (Clopper-Pearson, or from clusters where "
                + $"questions belong together{stopped}). The tests below are on the questions that two runs have in common.");
    }

    /// <summary>Intervals for comparisons that somebody watched.</summary>
    private static IEnumerable<Block> Anytime(RunComparison comparison)
    {
        if (comparison.Pairs.All(static pair => pair.Anytime is null))
        {
            yield break;
        }

        yield return new Heading(2, "Differences, however often somebody looked");
        yield return new Table(
            [
                new("first"),
                new("second"),
                new("data set"),
                new("questions that count", true),
                new("difference (second − first)", true),
                new("95 % anytime-valid interval")
            ],
            [
                .. comparison.Pairs.Select(static pair => ImmutableArray.Create(
                    pair.First,
                    pair.Second,
                    pair.Dataset ?? "all",
                    Figures.Count(pair.Anytime?.Questions ?? 0),
                    pair.Anytime is { } difference ? Figures.Points(difference.Difference) : Figures.None,
                    pair.Anytime is { } valid ? IntervalOf(valid.Interval) : Figures.None)),
            ]);
        yield return new Paragraph(
            "The intervals and p-values above are right for one look, at a number of questions that was fixed before. Whoever looks "
                + "while runs go on, and stops them or lets them go on by what is seen, has many chances to see a difference that is not "
                + "there: in simulations with a look after each of 200 to 1,273 questions, ordinary 95 % intervals of an accuracy missed "
                + "the truth at some look in 30 to 56 of 100. An anytime-valid interval (betting; Waudby-Smith and Ramdas, JRSS-B 86, "
                + "2024) misses it, over all looks together, in at most 5 of 100. It is wider for that.");
        yield return new Paragraph(
            "The questions count in the order of the first run's file, or in the order in which a run that stopped early asked them, up "
                + "to the first that one of the runs has not answered yet; of questions that belong together, the first. The intervals "
                + "hold if that order says nothing about the answers. That is not so in a file that is sorted by topic or difficulty. "
                + "They are not corrected for several pairs.");
    }

    private static string AnytimeSaid(PairedComparison pair) => pair.Anytime is { } anytime
        ? $"However often somebody looked: 95 % interval {IntervalOf(anytime.Interval)} points, from {Figures.Count(anytime.Questions)} "
            + "questions. "
        : "";

    private static string Said(PairedComparison pair) => pair.Test.OnlyFirst == pair.Test.OnlySecond
        ? "The second run has as many right answers as the first."
        : $"The second run is {100 * Math.Abs(pair.Difference):0.0} points {(pair.Difference > 0 ? "better" : "worse")} than the first.";

    private static string IntervalOf(PairedComparison pair) =>
        $"{IntervalOf(pair.Interval)}{(pair.Rough ? " (rough)" : "")}";

    private static string IntervalOf(Statistics.Interval interval) => $"{100 * interval.Lower:0.0} to {100 * interval.Upper:0.0}";
}
