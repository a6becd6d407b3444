using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Overlap;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>An overlap report as people read it.</summary>
internal static class OverlapDocument
{
    private const int MaxQuestions = 200;

    public static IReadOnlyList<Block> Of(OverlapReport report) =>
    [
        new Heading(1, "Overlap with training text"),
        new Paragraph(
            $"A question overlaps if the text contains all of it, or {TextOverlap.LongEnough} consecutive characters of it. "
                + $"{Figures.Count(report.Questions.Length)} of {Figures.Count(report.LookedFor)} questions overlap"
                + (report.TooShort > 0
                    ? $"; {Figures.Count(report.TooShort)} shorter than {TextOverlap.ShortestQuestion} characters were not searched for."
                    : ".")),
        .. report.All is { Scored: 0, Failed: 0 }
            ? ImmutableArray<Block>.Empty
            :
            [
                new Table(
                    [new("questions"), new("correct", true), new("accuracy", true), new("95 % interval")],
                    [Row("all", report.All), Row("overlapping", report.Overlapping), Row("others", report.Others)]),
            ],
        .. report.Questions.IsEmpty
            ? ImmutableArray<Block>.Empty
            :
            [
                new Heading(2, "Overlapping questions"),
                new Items([.. report.Questions.Take(MaxQuestions).Select(static question => $"{question.Dataset}: {question.Question}")]),
                .. report.Questions.Length > MaxQuestions
                    ? [new Paragraph($"and {report.Questions.Length - MaxQuestions} more, in the JSON report.")]
                    : ImmutableArray<Block>.Empty,
            ],
    ];

    private static ImmutableArray<string> Row(string name, Accuracy accuracy) =>
        [name, Figures.Of(accuracy.Correct, accuracy.Scored), Figures.Percent(accuracy.Value), Figures.Interval(accuracy)];
}
