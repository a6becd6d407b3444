using System.Globalization;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>All that may differ between runs that answered alike; always the last section.</summary>
internal sealed class CircumstancesSection : IReportSection
{
    /// <inheritdoc/>
    public string Title => "This run";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        var run = report.Circumstances;
        yield return Table.OfValues(
        [
            ("run", $"{run.Run}, revision {run.Revision}"),
            ("created", Time(run.Created)),
            ("finished", Time(run.Finished)),
            ("upload's ETag", run.ETag ?? Figures.None),
            ("seconds of work", run.Seconds.ToString("#,0.0")),
            ("generated tokens per second of work", run.TokensPerSecond is { } speed ? speed.ToString("#,0.0") : Figures.None),
            .. run.Seal is { } seal ? [("seal of the answers (SHA-256)", seal)] : Array.Empty<(string, string)>(),
            .. run.EngineFingerprints.Select(static engine => ("engine", engine)),
        ]);
        if (run.EngineFingerprints.Length > 1)
        {
            yield return new Note(
                $"{run.EngineFingerprints.Length} different engines answered: the samples follow the same distribution, but not the same "
                    + "bits.");
        }
    }

    /// <inheritdoc/>
    public IEnumerable<SummaryRow> Summary(RunReport report)
    {
        var run = report.Circumstances;
        var passed = run is { Created: { } created, Finished: { } finished }
            ? TimeSpan.FromSeconds(Math.Round((finished - created).TotalSeconds)).ToString("g", CultureInfo.InvariantCulture) + ", "
            : "";
        yield return new SummaryRow(
            "Time",
            null,
            $"{passed}{run.Seconds:#,0} seconds of work"
                + (run.TokensPerSecond is { } speed ? $", {speed:#,0} tokens a second" : ""));
    }

    private static string Time(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + " UTC" : Figures.None;
}
