using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting.Documents;

/// <summary>Does what docs/architecture.md says of adding a statistic: its figure, its tally and its section are one file.</summary>
public sealed class AddedStatisticTests
{
    [Fact]
    public void A_section_is_shown_by_every_format_without_a_change_to_one()
    {
        AnsweredQuestion[] answers = [Of(0, "AAB", 'A'), Of(1, "AAA", 'B'), Of(2, "BBB", 'B')];
        var tally = new UnanimityTally();
        Array.ForEach(answers, tally.Add);
        var section = new UnanimitySection(tally.Build());

        var blocks = ReportDocument.Of(Report(Header(3), answers), [.. ReportDocument.Sections, section]);

        Assert.Contains("## Unanimity\n\n2/3 answers have every vote.", MarkdownWriter.Write(blocks), StringComparison.Ordinal);
        Assert.Contains("<h2>Unanimity</h2>\n<p>2/3 answers have every vote.</p>", HtmlWriter.Write(blocks), StringComparison.Ordinal);
        Assert.Equal(
            [(BlockKind.Heading, "Unanimity"), (BlockKind.Paragraph, "2/3 answers have every vote.")],
            blocks.Select(DocumentBlock.Of).TakeLast(2).Select(static block => (block.Kind, block.Text)));
    }

    private sealed record Unanimity(int Questions, int Unanimous);

    private sealed class UnanimityTally
    {
        private int _questions;
        private int _unanimous;

        public void Add(AnsweredQuestion answered)
        {
            _questions++;
            _unanimous += answered.Agreement == 1 ? 1 : 0;
        }

        public Unanimity Build() => new(_questions, _unanimous);
    }

    private sealed class UnanimitySection(Unanimity figures) : IReportSection
    {
        public string Title => "Unanimity";

        public IEnumerable<Block> Blocks(RunReport report) =>
            [new Paragraph($"{Figures.Of(figures.Unanimous, figures.Questions)} answers have every vote.")];
    }
}
