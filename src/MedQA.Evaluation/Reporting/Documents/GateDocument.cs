using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Gating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>The outcome of a gate as people read it.</summary>
internal static class GateDocument
{
    public static IReadOnlyList<Block> Of(GateReport report) =>
    [
        new Heading(1, $"Gate: {Word(report.Outcome)}{(report.Title is { } title ? $" – {title}" : "")}"),
        .. report.Warnings.Select(static warning => new Note(warning)),
        Table.OfValues(
            [("Run", report.Run), .. report.Baseline is { } baseline ? [("Baseline", baseline)] : Array.Empty<(string, string)>()]),
        new Table(
            [new("outcome"), new("rule"), new("measured")],
            [.. report.Rules.Select(static rule => ImmutableArray.Create(Word(rule.Outcome), rule.Name, rule.Reason))]),
        new Paragraph(Family(report)),
        new Note(RunReport.NotMedicalAdvice),
    ];

    /// <summary>Returns an outcome as a word.</summary>
    public static string Word(GateOutcome outcome) => outcome switch
    {
        GateOutcome.Pass => "pass",
        GateOutcome.Fail => "FAIL",
        _ => "inconclusive",
    };

    private static string Family(GateReport report) => report.FamilySize switch
    {
        0 => "No rule is judged by an interval.",
        1 => $"One rule is judged by an interval, of {100 * report.EachConfidence:0.##} % confidence.",
        var size => $"{size} rules are judged by an interval. Each is of {100 * report.EachConfidence:0.###} % confidence, so that all of "
            + $"them hold together with {100 * report.Confidence:0.##} % (Bonferroni's correction). A rule passes if the whole interval "
            + "keeps its limit, and fails if none of it does.",
    };
}
