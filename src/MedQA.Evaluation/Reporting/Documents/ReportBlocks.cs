using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// Reports, comparisons and studies for those who show them in their own way: as <see cref="DocumentSections"/> in UTF-8 JSON, and as lines
/// of a table.
/// </summary>
public static class ReportBlocks
{
    /// <summary>Writes a report.</summary>
    public static byte[] Write(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return DocumentSections.Write(ReportDocument.Summary(report), ReportDocument.Of(report));
    }

    /// <summary>Writes a comparison.</summary>
    public static byte[] Write(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return DocumentSections.Write(ComparisonDocument.Summary(comparison), ComparisonDocument.Of(comparison));
    }

    /// <summary>Writes accuracy by metadata.</summary>
    public static byte[] Write(MetadataSlices slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        return DocumentSections.Write([], MetadataSlicesDocument.Of(slices));
    }

    /// <summary>Writes counterfactual pairs.</summary>
    public static byte[] Write(CounterfactualPairs pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return DocumentSections.Write([], CounterfactualPairsDocument.Of(pairs));
    }

    /// <summary>Writes the report of a study of human ratings.</summary>
    public static byte[] Write(StudyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return DocumentSections.Write([], StudyDocument.Of(report));
    }

    /// <summary>Returns a report's main results, most important first.</summary>
    public static ImmutableArray<SummaryRow> Summary(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return ReportDocument.Summary(report);
    }
}
