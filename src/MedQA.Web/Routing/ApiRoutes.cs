using System.Collections.Immutable;
using MedQA.Web.Answers;
using MedQA.Web.Catalog;
using MedQA.Web.Estimates;
using MedQA.Web.Rating;
using MedQA.Web.Reports;
using MedQA.Web.Requests;
using MedQA.Web.Runs;

namespace MedQA.Web.Routing;

/// <summary>The route table of the HTTP interface; docs/api.md describes it.</summary>
public static class ApiRoutes
{
    /// <summary>Every route.</summary>
    public static ImmutableArray<ApiRoute> All { get; } = [.. Rows.Select(static row => row with { Contract = ApiContracts.Of(row) })];

    private static ImmutableArray<ApiRoute> Rows =>
    [
        new("StartRun", "POST", "api/runs", ApiRole.Runner, "Starts a run of the question set in the body.", RunHandlers.StartAsync),
        new("ListRuns", "GET", "api/runs", ApiRole.Reader, "Lists runs, newest first.", RunHandlers.ListAsync),
        new("GetRun", "GET", "api/runs/{run}", ApiRole.Reader, "Shows where a run stands.", RunHandlers.GetAsync),
        new("WatchRun", "GET", "api/runs/{run}/events", ApiRole.Reader,
            "Follows a run as server-sent events.", RunEventHandlers.WatchAsync),
        new("DeleteRun", "DELETE", "api/runs/{run}", ApiRole.Admin, "Removes a run and everything that it wrote.", RunHandlers.DeleteAsync),
        new("CancelRun", "POST", "api/runs/{run}/cancel", ApiRole.Runner, "Stops a run; its answers stay.", RunHandlers.CancelAsync),
        new("RetryRun", "POST", "api/runs/{run}/retry", ApiRole.Runner,
            "Tries failed questions again, or goes on with a cancelled run.", RunHandlers.RetryAsync),
        new("ApproveRun", "POST", "api/runs/{run}/approve", ApiRole.Admin,
            "Lets a run go on that is above a limit.", RunHandlers.ApproveAsync),
        new("ListAnswers", "GET", "api/runs/{run}/answers", ApiRole.Reader,
            "Lists the answers of a run, also while it goes on.", AnswerHandlers.ListAsync),
        new("GetAnswer", "GET", "api/runs/{run}/answers/{question}", ApiRole.Reader,
            "Shows a question with every reasoning and vote.", AnswerHandlers.GetAsync),
        new("GetReport", "GET", "api/runs/{run}/report", ApiRole.Reader, "Reads the report of a run.", ReportHandlers.GetAsync),
        new("GetRunFile", "GET", "api/runs/{run}/files/{file}", ApiRole.Reader,
            "Reads a file of a run's result: manifest.json, report.json, report.md, report.html, answers.csv, answers.parquet, "
                + "rejected.csv, or with every sample answers.jsonl or samples.parquet.",
            RunFiles.GetAsync),
        new("CompareRuns", "GET", "api/compare", ApiRole.Reader,
            "Compares runs in pairs on the questions that they share.", ReportHandlers.CompareAsync),
        new("ListFlips", "GET", "api/compare/flips", ApiRole.Reader,
            "Lists the questions that only one of two runs answered right.", ReportHandlers.FlipsAsync),
        new("EstimateRun", "POST", "api/estimates", ApiRole.Runner,
            "Says what a run of the question set in the body would take; stores nothing.", EstimateHandlers.EstimateAsync),
        new("CreateStudy", "POST", "api/studies", ApiRole.Runner,
            "Makes a study of human ratings out of runs and files of answers; its answer has the raters' links.",
            StudyHandlers.CreateAsync),
        new("ListStudies", "GET", "api/studies", ApiRole.Reader, "Lists studies, newest first.", StudyHandlers.ListAsync),
        new("GetStudy", "GET", "api/studies/{study}", ApiRole.Reader, "Shows a study with how far each rater is.", StudyHandlers.GetAsync),
        new("DeleteStudy", "DELETE", "api/studies/{study}", ApiRole.Admin, "Removes a study with all ratings.", StudyHandlers.DeleteAsync),
        new("GetStudyReport", "GET", "api/studies/{study}/report", ApiRole.Reader,
            "Reads the report of a study, also while raters are at work.", StudyResults.ReportAsync),
        new("ListRatings", "GET", "api/studies/{study}/ratings", ApiRole.Reader,
            "Lists every rating of a study, as JSON lines, CSV or Parquet.", StudyResults.RatingsAsync),
        new("RenewRaterLink", "POST", "api/studies/{study}/raters/{rater}/link", ApiRole.Runner,
            "Gives a rater a new link; the one before opens nothing any more.", StudyHandlers.RenewLinkAsync),
        new("DeleteRater", "DELETE", "api/studies/{study}/raters/{rater}", ApiRole.Admin,
            "Removes a rater with all of the rater's ratings; the study goes on.", StudyHandlers.DeleteRaterAsync),
        new("ListRubrics", "GET", "api/rubrics", ApiRole.Reader,
            "Lists the rubrics that come with the service.", StudyHandlers.RubricsAsync),
        new("GetRating", "GET", "api/rating", ApiRole.Rater, "Shows a rater the own queue.", RaterHandlers.QueueAsync),
        new("SendClicks", "POST", "api/rating/clicks", ApiRole.Rater, "Takes a rater's clicks.", RaterHandlers.ClicksAsync),
        new("AgreeToRate", "POST", "api/rating/consent", ApiRole.Rater, "A rater agrees to take part.", RaterHandlers.AgreeAsync),
        new("SubmitRating", "POST", "api/rating/submit", ApiRole.Rater, "A rater hands everything in.", RaterHandlers.SubmitAsync),
        new("StopRating", "POST", "api/rating/stop", ApiRole.Rater, "A rater stops taking part.", RaterHandlers.StopAsync),
        new("ListPublishedResults", "GET", "api/published-results", ApiRole.Reader,
            "Lists accuracies from the literature, to stand beside a run's.", CatalogHandlers.PublishedResultsAsync),
        new("ListProfiles", "GET", "api/profiles", ApiRole.Reader, "Lists the profiles.", CatalogHandlers.ProfilesAsync),
        new("ListModels", "GET", "api/models", ApiRole.Reader, "Lists the models that answer.", CatalogHandlers.ModelsAsync),
        new("GetDocument", "GET", "openapi/v1.json", ApiRole.Anyone,
            "Describes the interface as an OpenAPI document.", CatalogHandlers.DocumentAsync),
        new("GetHealth", "GET", "healthz", ApiRole.Anyone,
            "Says whether the service is ready: storage, models and the queue of batches.", CatalogHandlers.HealthAsync),
    ];
}
