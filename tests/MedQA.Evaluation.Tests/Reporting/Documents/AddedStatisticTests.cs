using System.Reflection;
using System.Text.Json;
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

    [Fact]
    public void A_sections_summary_goes_before_the_report_on_the_dashboard()
    {
        var section = new UnanimitySection(new Unanimity(3, 2));
        var report = Report(Header(3), Of(0, "AAB", 'A'));

        var written = JsonElement.Parse(DocumentSections.Write([.. ReportDocument.Summary(report), .. section.Summary(report)], section.Blocks(report)));

        var last = written.GetProperty("summary").EnumerateArray().Last();
        Assert.Equal(("Unanimity", "66.7 %"), (last.GetProperty("name").GetString(), last.GetProperty("figure").GetString()));
    }

    [Fact]
    public void Every_section_of_the_folder_is_in_the_list() => Assert.Equal(
        OfReporting(static type => type.IsAssignableTo(typeof(IReportSection))),
        ReportDocument.Sections.Select(static section => section.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_tally_over_answers_is_counted_by_the_accumulator()
    {
        var used = typeof(ReportAccumulator).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .SelectMany(static field => field.FieldType.GenericTypeArguments.Append(field.FieldType))
            .Select(static type => type.Name)
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            OfReporting(static type => type.Name.EndsWith("Tally", StringComparison.Ordinal) && type.GetMethod("Add", [typeof(AnsweredQuestion)]) is not null),
            tally => Assert.Contains(tally, used));
    }

    private static IEnumerable<string> OfReporting(Func<Type, bool> isWanted) => typeof(ReportAccumulator).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(ReportAccumulator).Namespace && type is { IsClass: true, IsNested: false } && isWanted(type))
        .Select(static type => type.Name)
        .Order(StringComparer.Ordinal);

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

        public IEnumerable<SummaryRow> Summary(RunReport report) =>
            [new SummaryRow("Unanimity", Figures.Percent((double)figures.Unanimous / figures.Questions), "of the answers have every vote")];
    }
}
