using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>A part of a run's report, the same for Markdown, HTML, terminal and dashboard.</summary>
internal interface IReportSection
{
    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>Returns the section's blocks; empty if the report has nothing for it, and then there is no heading.</summary>
    IEnumerable<Block> Blocks(RunReport report);

    /// <summary>Returns the section's main results, shown with the run.</summary>
    IEnumerable<SummaryRow> Summary(RunReport report) => [];
}
