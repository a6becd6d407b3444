using System.Collections.Immutable;
using System.Text.Json;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using static MedQA.Evaluation.Tests.Reporting.Answers;

namespace MedQA.Evaluation.Tests.Reporting.Documents;

public sealed class ReportSectionTests
{
    private static readonly string Golden = Repository.PathOf("tests", "MedQA.Evaluation.Tests", "Reporting", "Documents", "report.md");

    private static readonly AnsweredQuestion[] Some =
    [
        .. Enumerable.Range(0, 60).Select(static ordinal => Of(ordinal, "AAAABBCDDaa"[..(ordinal % 4 == 0 ? 3 : 5)], "AB"[ordinal % 2], "medqa", ordinal % 3 == 0 ? "heart & lung" : null) with { SamplesAsked = 5 }),
        Of(60, "AABBC", 'A', "pubmedqa", options: 3),
    ];

    /// <summary>A report with something in every section: figures that no strategy gives together stand in for each other.</summary>
    private static readonly RunReport Whole = WithEverything(Report(Header(61) with { Prompts = [new ExactPrompt("medqa", "q0", "<|im_start|>user\nWhich?")] }, Some));

    [Fact]
    public void The_report_is_as_its_golden_says()
    {
        var written = ReportMarkdown.Write(Whole);
        if (Environment.GetEnvironmentVariable("MEDQA_WRITE_GOLDEN") == "1")
        {
            File.WriteAllText(Golden, written);
        }

        Assert.True(written == File.ReadAllText(Golden), "report.md is not what is written now. If it should change, run this test with MEDQA_WRITE_GOLDEN=1.");
    }

    [Fact]
    public void Every_section_stands_once_and_in_order_in_Markdown_HTML_and_blocks()
    {
        ImmutableArray<string> titles = [.. ReportDocument.Sections.Select(static section => section.Title)];
        Assert.All(ReportDocument.Sections, static section => Assert.NotEmpty(section.Blocks(Whole)));
        Assert.Equal(titles, ReportMarkdown.Write(Whole).Split('\n').Where(static line => line.StartsWith("## ", StringComparison.Ordinal)).Select(static line => line[3..]));
        Assert.Equal(titles, ReportHtml.Write(Whole).Split('\n').Where(static line => line.StartsWith("<h2>", StringComparison.Ordinal)).Select(static line => System.Net.WebUtility.HtmlDecode(line[4..^5])));
        Assert.Equal(titles, Read(ReportBlocks.Write(Whole)).Blocks.Where(static block => block is { Kind: BlockKind.Heading, Level: 2 }).Select(static block => block.Text));
    }

    [Fact]
    public void Every_section_of_the_project_is_in_the_report() => Assert.Equal(
        typeof(IReportSection).Assembly.GetTypes().Where(static type => type.IsClass && type.IsAssignableTo(typeof(IReportSection))).Select(static type => type.Name).Order(StringComparer.Ordinal),
        ReportDocument.Sections.Select(static section => section.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_section_without_anything_to_say_has_no_heading()
    {
        var blocks = Read(ReportBlocks.Write(Report(Header(1), Of(0, "A", 'A', "own")))).Blocks;
        Assert.DoesNotContain(blocks, static block => block.Text is "Published results" or "Fewer samples" or "Deferral with a guarantee");
    }

    [Fact]
    public void The_summary_is_what_the_sections_say_the_accuracy_first()
    {
        var rows = ReportBlocks.Summary(Whole);
        Assert.Equal(ReportDocument.Sections.SelectMany(static section => section.Summary(Whole)), rows);
        Assert.Equal(["Accuracy", "Questions", "Option by option", "Counterfactual pairs", "Agreement", "Forced answers", "Tokens", "Guarantee", "Time"], rows.Select(static row => row.Name));
        Assert.StartsWith($"{rows[0].Figure} (", rows[0].Line, StringComparison.Ordinal);
        Assert.Equal(rows, Read(ReportBlocks.Write(Whole)).Summary);
    }

    [Fact]
    public void A_plot_is_made_of_known_elements_within_its_bounds_and_says_what_it_shows()
    {
        var plots = Read(ReportBlocks.Write(Whole)).Blocks.Where(static block => block.Kind == BlockKind.Plot).ToList();
        Assert.Equal(ReportHtml.Write(Whole).Split("<svg ").Length - 1, plots.Count);
        Assert.All(plots, static plot =>
        {
            Assert.NotEmpty(plot.Drawing!.Description);
            Assert.All(plot.Drawing.Marks, mark =>
            {
                Assert.Contains(mark.Element, (string[])["line", "polyline", "circle", "rect", "text"]);
                Assert.All(mark.Attributes, attribute =>
                {
                    Assert.DoesNotContain(attribute.Key, (string[])["style", "href", "onload"]);
                    if (attribute.Key is "x" or "x1" or "x2" or "cx" or "y" or "y1" or "y2" or "cy")
                    {
                        Assert.InRange(double.Parse(attribute.Value, System.Globalization.CultureInfo.InvariantCulture), 0, attribute.Key.Contains('x', StringComparison.Ordinal) ? plot.Drawing.Width : plot.Drawing.Height);
                    }
                });
            });
        });
    }

    [Fact]
    public void Every_kind_of_block_has_a_form_in_each_format()
    {
        Block[] blocks =
        [
            new Heading(1, "Title"), new Paragraph("Text."), new Note("Mind."), new Items(["One"]), Table.OfValues(("name", "value")), new Verbatim("to the letter"),
            new Plot("Plot", new PlotArea((0, 1), (0, 1)).Draw("Nothing.")), new QuestionsLink("tie", "Ties"),
        ];
        Assert.Equal(typeof(Block).Assembly.GetTypes().Where(static type => type.BaseType == typeof(Block)).Select(static type => type.Name).Order(StringComparer.Ordinal), blocks.Select(static block => block.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(Enum.GetValues<BlockKind>(), Read(DocumentSections.Write([], blocks)).Blocks.Select(static block => block.Kind));
        Assert.Contains("to the letter", MarkdownWriter.Write(blocks), StringComparison.Ordinal);
        Assert.Contains("to the letter", HtmlWriter.Write(blocks), StringComparison.Ordinal);
    }

    private static RunReport WithEverything(RunReport report) => report with
    {
        Confidence = report.Confidence ?? Confidence(),
        OptionConfidence = Confidence(),
        StoppingPosterior = Confidence(),
        Samples = Report(Header(2), Of(0, "AAB", 'A'), Of(1, "ABB", 'A')).Samples,
        Guarantee = new GuaranteedDeferral { Development = "dev.csv", TargetAccuracy = 0.9, Confidence = 0.95, Warnings = [] },
        ExemplarUses = [new ExemplarUse("e1", 3)],
        Pairs = Pairs(),
        Sets = new SetFigures
        {
            Questions = 6,
            Right = 13,
            Chosen = 10,
            Both = 7,
            Precision = 0.7,
            PrecisionInterval = new Interval(0.38, 0.9),
            Recall = 7 / 13.0,
            RecallInterval = new Interval(0.27, 0.79),
            TooMany = 1,
            TooFew = 1,
        },
    };

    private static CounterfactualPairs Pairs()
    {
        var accumulator = new CounterfactualPairsAccumulator("vignette", "sex");
        for (var ordinal = 0; ordinal < 81; ordinal++)
        {
            accumulator.Add(
                Of(ordinal, ordinal % 8 == 1 ? "AABBB" : "AAABB", 'A', "medqa"),
                new Dictionary<string, string> { ["vignette"] = $"v{ordinal / 2}", ["sex"] = ordinal % 2 == 0 ? "male" : "female" },
                ["aspirin", "bisoprolol", "codeine", "digoxin"]);
        }

        return accumulator.Build();
    }

    private static ConfidenceReport? Confidence() => Report(Header(60), Enumerable.Range(0, 60).Select(static ordinal => Of(ordinal, "AAABC"[(ordinal % 3)..] + "ABB"[..(ordinal % 3)], "AB"[ordinal % 2]))).Confidence;

    private static DocumentSections Read(byte[] json) => JsonSerializer.Deserialize(json, BlocksJson.Default.DocumentSections)!;
}
