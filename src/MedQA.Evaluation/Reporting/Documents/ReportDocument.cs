using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// A report as people read it: title, notes and sections. All that may differ between runs that answered alike is in the last section.
/// </summary>
internal static class ReportDocument
{
    /// <summary>Every section, in the order of the report.</summary>
    public static ImmutableArray<IReportSection> Sections { get; } =
    [
        new AccuracySection(),
        new SetsSection(),
        new SlicesSection(),
        new CounterfactualPairsSection(),
        new VotesSection(),
        new ConfidenceSection("Calibration and deferral", static report => report.Confidence, deferred: "deferred"),
        new ConfidenceSection("Calibration and deferral by the options' probabilities", static report => report.OptionConfidence),
        new ConfidenceSection("Calibration and deferral by stopping posterior", static report => report.StoppingPosterior),
        new GuaranteeSection(),
        new SamplesSection(),
        new LettersSection(),
        new PublishedSection(),
        new RepeatingSection(),
        new CircumstancesSection(),
    ];

    public static IReadOnlyList<Block> Of(RunReport report) => Of(report, Sections);

    /// <summary>Returns a report of these sections.</summary>
    internal static IReadOnlyList<Block> Of(RunReport report, ImmutableArray<IReportSection> sections) =>
    [
        new Heading(1, $"{report.QuestionSet}: {report.Protocol.Profile.Name} on {report.Model}"),
        new Note(report.Disclaimer),
        .. report.Warnings.Select(static warning => new Note(warning)),
        .. sections.SelectMany(section => section.Blocks(report).ToArray() is { Length: > 0 } blocks
            ? blocks.Prepend(new Heading(2, section.Title))
            : []),
    ];

    public static ImmutableArray<SummaryRow> Summary(RunReport report) => [.. Sections.SelectMany(section => section.Summary(report))];
}
