using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Rating;

namespace MedQA.Evaluation.Reporting.Documents;

/// <summary>
/// Reports, comparisons and replays as one HTML file that stands alone: plots inside, no script, no address outside, light or dark as the
/// reader's system is. Every text from a question set is escaped.
/// </summary>
public static class ReportHtml
{
    /// <summary>
    /// The Content-Security-Policy under which the file shows as meant; the file has it too. A server's header must not be stricter
    /// about styles.
    /// </summary>
    public static string ContentSecurityPolicy => HtmlWriter.ContentSecurityPolicy;

    /// <summary>The policy for any of these pages, those with larger texts in drawings included.</summary>
    public static string PolicyOfAll => HtmlWriter.PolicyOfAll;

    /// <summary>
    /// Writes a report. Everything that may differ between runs that answered alike is under the last heading, "This run".
    /// </summary>
    public static string Write(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return HtmlWriter.Write(ReportDocument.Of(report));
    }

    /// <summary>
    /// Writes a report byte for byte as the version did that folded no prompts and drew some bars beyond their axes, for comparing it
    /// with a stored one.
    /// </summary>
    public static string WriteEarlier(RunReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return HtmlWriter.Write(ReportDocument.Of(report), isEarlier: true);
    }

    /// <summary>Writes a comparison.</summary>
    public static string Write(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return HtmlWriter.Write(ComparisonDocument.Of(comparison));
    }

    /// <summary>Writes accuracy by metadata.</summary>
    public static string Write(MetadataSlices slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        return HtmlWriter.Write(MetadataSlicesDocument.Of(slices));
    }

    /// <summary>Writes counterfactual pairs.</summary>
    public static string Write(CounterfactualPairs pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return HtmlWriter.Write(CounterfactualPairsDocument.Of(pairs));
    }

    /// <summary>Writes a replay.</summary>
    public static string Write(ReplayReport replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        return HtmlWriter.Write(ReplayDocument.Of(replay));
    }

    /// <summary>Writes the report of a study of human ratings.</summary>
    public static string Write(StudyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return HtmlWriter.Write(StudyDocument.Of(report));
    }
}
