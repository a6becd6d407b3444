using FsCheck;
using FsCheck.Xunit;
using MedQA.Evaluation.Overlap;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Overlap;

public sealed class TextOverlapTests
{
    private const string Short = "A 40-year-old man has chest pain. Which drug is best?";

    private static readonly string Long = string.Concat(Enumerable.Range(0, 400).Select(static word => $"word{word * 7919 % 1000} "));

    [Fact]
    public void A_short_question_overlaps_where_it_stands_whole()
    {
        Assert.Single(Found(Short, $"Exam questions: {Short} (A) aspirin"));
        Assert.Single(Found(Short, "Before. A 40-year-old\r\n  man has chest pain.\tWhich drug is best? After."));
        Assert.Empty(Found(Short, Short[..^1]));
        Assert.Empty(Found(Short, Short.Replace("40", "41", StringComparison.Ordinal)));
    }

    [Property]
    public bool Of_a_long_question_any_512_characters_in_a_run_are_enough_and_511_are_not(NonNegativeInt from, NonNegativeInt before)
    {
        var text = Long.Trim();
        var start = from.Get * 37 % (text.Length - 512);
        var padding = new string('#', before.Get % 100);
        return Found(text, $"{padding}{text.Substring(start, 512)}#").Count == 1 && Found(text, $"{padding}{text.Substring(start, 511)}#").Count == 0;
    }

    [Fact]
    public async Task A_text_that_streams_by_is_found_across_its_blocks()
    {
        foreach (var place in new[] { 0, (1 << 20) - 20, (1 << 20) - Short.Length, (1 << 20) + 3, (2 << 20) - 1 })
        {
            var overlap = new TextOverlap([Asked(Short)]);
            using var text = new StringReader(string.Concat(new string('x', place), Short, new string('y', 100_000)));
            await overlap.ScanAsync(text, TestContext.Current.CancellationToken);
            Assert.Single(overlap.Found);
        }
    }

    [Fact]
    public void Questions_that_are_too_short_are_counted_and_not_looked_for()
    {
        var overlap = new TextOverlap([Asked("Which is true?"), Asked(Short) with { Id = "2" }]);
        overlap.Scan("Which is true? Which is true?");
        Assert.Equal((1, 1, 0), (overlap.Count, overlap.TooShort, overlap.Found.Count));
    }

    [Fact]
    public void Accuracy_stands_with_and_without_the_overlapping_questions()
    {
        var overlap = new TextOverlap([Asked(Short) with { Id = "q0" }, Asked(Long) with { Id = "q1" }, Asked(Long.Replace('w', 'v')) with { Id = "q2" }]);
        overlap.Scan($"{Short} {Long}");
        var accumulator = new OverlapAccumulator(overlap);
        accumulator.Add(Of(0, "A", 'A'));
        accumulator.Add(Of(1, "A", 'A'));
        accumulator.Add(Of(2, "B", 'A'));
        var report = accumulator.Build();
        Assert.Equal((2, 2), (report.Overlapping.Correct, report.Overlapping.Scored));
        Assert.Equal((0, 1), (report.Others.Correct, report.Others.Scored));
        Assert.Equal((2, 3), (report.All.Correct, report.All.Scored));
        Assert.Equal(["q0", "q1"], report.Questions.Select(static question => question.Question));
        Assert.Contains("| overlapping | 2/2 | 100.0 % |", ReportMarkdown.Write(report));
        Assert.NotEmpty(ReportJson.Write(report));
    }

    private static IReadOnlySet<(string, string)> Found(string question, string text)
    {
        var overlap = new TextOverlap([Asked(question)]);
        overlap.Scan(text);
        return overlap.Found;
    }

    private static Question Asked(string text) => new() { Id = "1", Dataset = "medqa", Text = text, Options = ["a", "b"] };
}
