using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.LanguageModels;

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
            .. run.Endpoint is { } endpoint ? OfEndpoint(endpoint) : [],
            .. run.Usage is { } usage ? OfUsage(usage, run.Endpoint?.Prices) : [],
            .. run.EngineFingerprints.Select(static engine => ("engine", engine)),
        ]);
        if (run.Endpoint is { } asked)
        {
            yield return new Note(
                $"The questions were sent to {asked.Host}. A service may change its model or its settings at any time: asked again, it may "
                    + "answer otherwise, and these answers cannot be verified by computing them again.");
        }

        if (run.Usage is { LostRequests: > 0 } lost)
        {
            yield return new Note(
                $"{lost.LostRequests:#,0} requests were sent whose answer did not arrive, and were sent again. The service may have "
                    + "charged for both; what it charged for the lost ones is not known and not part of the cost.");
        }

        if (run.Usage is { UncountedRequests: > 0 } uncounted)
        {
            yield return new Note(
                $"{uncounted.UncountedRequests:#,0} answers did not say how many tokens they used; they are not part of the tokens and the "
                    + "cost.");
        }

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
            ? $"{DurationText.Of(finished - created)}, "
            : "";
        if (run is { Usage.Cost: { } cost, Endpoint.Prices: { } prices })
        {
            yield return new SummaryRow("Cost", null, CostText.Of(cost, prices.Currency));
        }

        yield return new SummaryRow(
            "Time",
            null,
            $"{passed}{DurationText.Of(TimeSpan.FromSeconds(run.Seconds))} of work"
                + (run.TokensPerSecond is { } speed ? $", {speed:#,0} tokens a second" : ""));
    }

    private static IEnumerable<(string, string)> OfEndpoint(ModelEndpoint endpoint) =>
        [("questions sent to", endpoint.Host), ("model or deployment", endpoint.Model)];

    private static IEnumerable<(string, string)> OfUsage(TokenUsage usage, TokenPrices? prices)
    {
        foreach (var version in usage.Versions)
        {
            yield return ("version that answered", version);
        }

        yield return ("requests", usage.Requests.ToString("#,0"));
        yield return ("tokens read, as the service counts", usage.PromptTokens.ToString("#,0"));
        yield return ("tokens generated, as the service counts", usage.CompletionTokens.ToString("#,0")
            + (usage.ThoughtTokens > 0 ? $", of which {usage.ThoughtTokens:#,0} of thoughts" : ""));
        if (usage.Cost is { } cost && prices is not null)
        {
            yield return ("cost", CostText.Of(cost, prices.Currency));
        }
    }

    private static string Time(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + " UTC" : Figures.None;
}
