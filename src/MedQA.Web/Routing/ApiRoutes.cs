using System.Collections.Immutable;
using MedQA.Web.Answers;
using MedQA.Web.Catalog;
using MedQA.Web.Estimates;
using MedQA.Web.Reports;
using MedQA.Web.Runs;

namespace MedQA.Web.Routing;

/// <summary>The route table of the HTTP interface: DESIGN section 7.</summary>
public static class ApiRoutes
{
    /// <summary>Every route.</summary>
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        new("StartRun", "POST", "api/runs", ApiRole.Runner, "Starts a run of the question set in the body.", RunHandlers.StartAsync),
        new("ListRuns", "GET", "api/runs", ApiRole.Reader, "Lists runs, newest first.", RunHandlers.ListAsync),
        new("GetRun", "GET", "api/runs/{run}", ApiRole.Reader, "Shows where a run stands.", RunHandlers.GetAsync),
        new("WatchRun", "GET", "api/runs/{run}/events", ApiRole.Reader, "Follows a run as server-sent events.", RunEventHandlers.WatchAsync),
        new("DeleteRun", "DELETE", "api/runs/{run}", ApiRole.Admin, "Removes a run and everything that it wrote.", RunHandlers.DeleteAsync),
        new("CancelRun", "POST", "api/runs/{run}/cancel", ApiRole.Runner, "Stops a run; its answers stay.", RunHandlers.CancelAsync),
        new("RetryRun", "POST", "api/runs/{run}/retry", ApiRole.Runner, "Tries failed questions again, or goes on with a cancelled run.", RunHandlers.RetryAsync),
        new("ApproveRun", "POST", "api/runs/{run}/approve", ApiRole.Admin, "Lets a run go on that is above a limit.", RunHandlers.ApproveAsync),
        new("ListAnswers", "GET", "api/runs/{run}/answers", ApiRole.Reader, "Lists the answers of a run, also while it goes on.", AnswerHandlers.ListAsync),
        new("GetAnswer", "GET", "api/runs/{run}/answers/{question}", ApiRole.Reader, "Shows a question with every reasoning and vote.", AnswerHandlers.GetAsync),
        new("GetReport", "GET", "api/runs/{run}/report", ApiRole.Reader, "Reads the report of a run.", ReportHandlers.GetAsync),
        new("GetRunFile", "GET", "api/runs/{run}/files/{file}", ApiRole.Reader, "Reads a file of a run's result: manifest.json, report.json, report.md, report.html, answers.csv, answers.parquet or rejected.csv.", RunFiles.GetAsync),
        new("CompareRuns", "GET", "api/compare", ApiRole.Reader, "Compares runs in pairs on the questions that they share.", ReportHandlers.CompareAsync),
        new("ListFlips", "GET", "api/compare/flips", ApiRole.Reader, "Lists the questions that only one of two runs answered right.", ReportHandlers.FlipsAsync),
        new("EstimateRun", "POST", "api/estimates", ApiRole.Runner, "Says what a run of the question set in the body would take; stores nothing.", EstimateHandlers.EstimateAsync),
        new("ListPublishedResults", "GET", "api/published-results", ApiRole.Reader, "Lists accuracies from the literature, to stand beside a run's.", CatalogHandlers.PublishedResultsAsync),
        new("ListProfiles", "GET", "api/profiles", ApiRole.Reader, "Lists the profiles.", CatalogHandlers.ProfilesAsync),
        new("ListModels", "GET", "api/models", ApiRole.Reader, "Lists the models that answer.", CatalogHandlers.ModelsAsync),
        new("GetDocument", "GET", "openapi/v1.json", ApiRole.Anyone, "Describes the interface as an OpenAPI document.", CatalogHandlers.DocumentAsync),
        new("GetHealth", "GET", "healthz", ApiRole.Anyone, "Says whether the service is ready: storage, models and the queue of batches.", CatalogHandlers.HealthAsync),
    ];
}
