using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>A part of a run's report, the same for Markdown, HTML, terminal and dashboard.</summary>
internal interface IReportSection
{
    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>What stands under the heading; nothing where the report has nothing for it, and then there is no heading.</summary>
    IEnumerable<Block> Blocks(RunReport report);

    /// <summary>What it comes to, for those who look at the run and not yet at its report.</summary>
    IEnumerable<SummaryRow> Summary(RunReport report) => [];
}
