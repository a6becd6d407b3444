using System.Text;
using static MedQA.Evaluation.Reporting.ReportMarkdown;

namespace MedQA.Evaluation.Reporting;

/// <summary>A comparison as Markdown, for people.</summary>
public static class RunComparisonMarkdown
{
    /// <summary>Writes a comparison: a table of runs and data sets, then every pair.</summary>
    public static string Write(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var text = new StringBuilder();
        Line(text, "# Comparison");
        Line(text, "");
        Line(text, $"> {RunReport.NotMedicalAdvice}");
        Heading(text, "Accuracies");
        Line(text, "| first | second | data set | questions | left out | first's accuracy | second's accuracy |");
        Line(text, "| --- | --- | --- | ---: | ---: | --- | --- |");
        foreach (var pair in comparison.Pairs)
        {
            Line(text, $"| {Names(pair)} | {Figures.Count(pair.Questions)} | {pair.LeftOutOfFirst} + {pair.LeftOutOfSecond} | {Figures.Percent(pair.FirstAccuracy)} {Figures.Percent(pair.FirstInterval)} | {Figures.Percent(pair.SecondAccuracy)} {Figures.Percent(pair.SecondInterval)} |");
        }

        Heading(text, "Differences");
        Line(text, "| first | second | data set | difference | 95 % interval | only first right | only second right | McNemar mid-p | exact p | mid-p after Holm |");
        Line(text, "| --- | --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var pair in comparison.Pairs)
        {
            Line(text, $"| {Names(pair)} | {100 * pair.Difference:+0.0;-0.0;0.0} points | [{100 * pair.Interval.Lower:0.0}, {100 * pair.Interval.Upper:0.0}]{(pair.Rough ? " (rough)" : "")} | {pair.Test.OnlyFirst} | {pair.Test.OnlySecond} | {Figures.P(pair.Test.MidP)} | {Figures.P(pair.Test.ExactP)} | {Figures.P(pair.HolmP)} |");
        }

        Line(text, "");
        Line(text, $"Holm's correction is for the family of {comparison.FamilySize} {(comparison.FamilySize == 1 ? "test" : "tests")} in this table. Intervals are not corrected.");
        if (comparison.Pairs.Any(static pair => pair.Rough))
        {
            Line(text, $"Rough: fewer than {PairedComparison.FewDiscordant} questions tell the runs apart; rely on the test.");
        }

        if (comparison.Pairs.Any(static pair => pair.Test.Undecided))
        {
            Line(text, "Where no question tells two runs apart, p is 1 by convention and says nothing.");
        }

        if (comparison.Pairs.Any(static pair => pair.Provisional))
        {
            Line(text, "**Note:** provisional: a run is not finished.");
        }

        return text.ToString();
    }

    private static string Names(PairedComparison pair) => $"{Plain(pair.First)} | {Plain(pair.Second)} | {(pair.Dataset is null ? "all" : Plain(pair.Dataset))}";
}
