using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Gating;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// Reports, comparisons and replays as Markdown, for people. Names that came with a question set are escaped: they never become markup.
/// </summary>
public static class ReportMarkdown
{
    /// <summary>
    /// Writes a report. Everything that may differ between runs that answered alike is under the last heading, "This run".
    /// </summary>
    public static string Write(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return MarkdownWriter.Write(ReportDocument.Of(report));
    }

    /// <summary>Writes a report's model card: what was measured of the model, how, and what that does not tell.</summary>
    /// <param name="report">The report.</param>
    /// <param name="run">What is known of the run besides; <see langword="null"/> for nothing.</param>
    public static string WriteCard(RunReport report, CardedRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        return MarkdownWriter.Write(ModelCardDocument.Of(report, run ?? new CardedRun()));
    }

    /// <summary>Writes a comparison.</summary>
    public static string Write(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return MarkdownWriter.Write(ComparisonDocument.Of(comparison));
    }

    /// <summary>Writes a replay.</summary>
    public static string Write(ReplayReport replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        return MarkdownWriter.Write(ReplayDocument.Of(replay));
    }

    /// <summary>Writes the report of a study of human ratings.</summary>
    public static string Write(StudyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return MarkdownWriter.Write(StudyDocument.Of(report));
    }

    /// <summary>Writes the outcome of a gate.</summary>
    public static string Write(GateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return MarkdownWriter.Write(GateDocument.Of(report));
    }

    /// <summary>Writes an overlap report.</summary>
    public static string Write(OverlapReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return MarkdownWriter.Write(OverlapDocument.Of(report));
    }

    /// <summary>Writes counterfactual pairs, as a section of a report.</summary>
    public static string WriteSection(CounterfactualPairs pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return MarkdownWriter.Write(CounterfactualPairsDocument.SectionOf(pairs));
    }

    /// <summary>Writes counterfactual pairs.</summary>
    public static string Write(CounterfactualPairs pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return MarkdownWriter.Write(CounterfactualPairsDocument.Of(pairs));
    }

    /// <summary>Writes accuracy by metadata, as a section of a report.</summary>
    public static string Write(MetadataSlices slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        return MarkdownWriter.Write(MetadataSlicesDocument.Of(slices));
    }
}
