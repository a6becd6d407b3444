using System.Collections.Immutable;
using MedQA.Web.Answers;
using MedQA.Web.Catalog;
using MedQA.Web.Estimates;
using MedQA.Web.Rating;
using MedQA.Web.Reports;
using MedQA.Web.Requests;
using MedQA.Web.Runs;

namespace MedQA.Web.Routing;

/// <summary>The route table of the HTTP API; see docs/api.md.</summary>
public static class ApiRoutes
{
    /// <summary>Every route.</summary>
    public static ImmutableArray<ApiRoute> All { get; } = [.. Rows.Select(static row => row with { Contract = ApiContracts.Of(row) })];

    private static ImmutableArray<ApiRoute> Rows =>
    [
        new("StartRun", "POST", "api/runs", ApiRole.Runner, "Starts a run of the question set in the body.", RunHandlers.StartAsync),
        new("ListRuns", "GET", "api/runs", ApiRole.Reader, "Lists, searches and sorts runs.", RunHandlers.ListAsync),
        new("GetRun", "GET", "api/runs/{run}", ApiRole.Reader, "Returns a run's state and progress.", RunHandlers.GetAsync),
        new("GetAnnotation", "GET", "api/runs/{run}/annotation", ApiRole.Reader,
            "Returns the name, tags and note that people gave a run.", AnnotationHandlers.GetAsync),
        new("AnnotateRun", "PUT", "api/runs/{run}/annotation", ApiRole.Runner,
            "Replaces the name, tags and note of a run; what is missing is removed.", AnnotationHandlers.PutAsync),
        new("WatchRun", "GET", "api/runs/{run}/events", ApiRole.Reader,
            "Streams changes of a run as server-sent events.", RunEventHandlers.WatchAsync),
        new("DeleteRun", "DELETE", "api/runs/{run}", ApiRole.Admin, "Deletes a run and everything that it wrote.", RunHandlers.DeleteAsync),
        new("CancelRun", "POST", "api/runs/{run}/cancel", ApiRole.Runner, "Stops a run and keeps its answers.", RunHandlers.CancelAsync),
        new("RetryRun", "POST", "api/runs/{run}/retry", ApiRole.Runner,
            "Retries failed questions, or resumes a cancelled run.", RunHandlers.RetryAsync),
        new("ApproveRun", "POST", "api/runs/{run}/approve", ApiRole.Admin,
            "Approves a run that exceeds a limit.", RunHandlers.ApproveAsync),
        new("ListAnswers", "GET", "api/runs/{run}/answers", ApiRole.Reader,
            "Lists the answers of a run, even while it is in progress.", AnswerHandlers.ListAsync),
        new("GetAnswer", "GET", "api/runs/{run}/answers/{question}", ApiRole.Reader,
            "Returns a question with every reasoning and vote.", AnswerHandlers.GetAsync),
        new("GetReport", "GET", "api/runs/{run}/report", ApiRole.Reader, "Returns the report of a run.", ReportHandlers.GetAsync),
        new("GetSlices", "GET", "api/runs/{run}/slices", ApiRole.Reader,
            "Returns the accuracy by metadata of the question set, each value tested against all other questions.",
            ReportHandlers.SlicesAsync),
        new("GetPairs", "GET", "api/runs/{run}/pairs", ApiRole.Reader,
            "Compares the questions of a run that come in pairs and differ in one thing, such as the patient's sex.",
            ReportHandlers.PairsAsync),
        new("GetRunFile", "GET", "api/runs/{run}/files/{file}", ApiRole.Reader,
            "Returns a file of a run's result: manifest.json, report.json, report.md, report.html, answers.csv, answers.parquet, "
                + "rejected.csv, or, with every sample, answers.jsonl or samples.parquet; for other tools, inspect.json (Inspect AI), "
                + "lm-eval.zip (lm-evaluation-harness) or eee.zip (Every Eval Ever); or card.md, a model card.",
            RunFiles.GetAsync),
        new("JudgeRun", "POST", "api/runs/{run}/gate", ApiRole.Runner,
            "Judges a run by the policy in the body: pass, fail or inconclusive. Stores nothing.", ReportHandlers.JudgeAsync),
        new("CompareRuns", "GET", "api/compare", ApiRole.Reader,
            "Compares runs pairwise on the questions that they share.", ReportHandlers.CompareAsync),
        new("ListFlips", "GET", "api/compare/flips", ApiRole.Reader,
            "Lists the questions that only one of two runs answered right.", ReportHandlers.FlipsAsync),
        new("EstimateRun", "POST", "api/estimates", ApiRole.Runner,
            "Estimates what a run of the question set in the body would take; stores nothing.", EstimateHandlers.EstimateAsync),
        new("CreateStudy", "POST", "api/studies", ApiRole.Runner,
            "Creates a study of human ratings from runs and files of answers, and returns the raters' links.",
            StudyHandlers.CreateAsync),
        new("ListStudies", "GET", "api/studies", ApiRole.Reader, "Lists studies, newest first.", StudyHandlers.ListAsync),
        new("GetStudy", "GET", "api/studies/{study}", ApiRole.Reader, "Returns a study and each rater's progress.", StudyHandlers.GetAsync),
        new("DeleteStudy", "DELETE", "api/studies/{study}", ApiRole.Admin, "Deletes a study and its ratings.", StudyHandlers.DeleteAsync),
        new("GetStudyReport", "GET", "api/studies/{study}/report", ApiRole.Reader,
            "Returns the report of a study, even while raters are still rating.", StudyResults.ReportAsync),
        new("ListRatings", "GET", "api/studies/{study}/ratings", ApiRole.Reader,
            "Lists every rating of a study, as JSON lines, CSV or Parquet.", StudyResults.RatingsAsync),
        new("RenewRaterLink", "POST", "api/studies/{study}/raters/{rater}/link", ApiRole.Runner,
            "Replaces a rater's link; the old one stops working.", StudyHandlers.RenewLinkAsync),
        new("DeleteRater", "DELETE", "api/studies/{study}/raters/{rater}", ApiRole.Admin,
            "Deletes a rater and the rater's ratings; the study continues.", StudyHandlers.DeleteRaterAsync),
        new("ListRubrics", "GET", "api/rubrics", ApiRole.Reader,
            "Lists the built-in rubrics.", StudyHandlers.RubricsAsync),
        new("GetRating", "GET", "api/rating", ApiRole.Rater, "Returns the calling rater's queue.", RaterHandlers.QueueAsync),
        new("SendClicks", "POST", "api/rating/clicks", ApiRole.Rater, "Stores the calling rater's clicks.", RaterHandlers.ClicksAsync),
        new("AgreeToRate", "POST", "api/rating/consent", ApiRole.Rater, "Records the calling rater's consent.", RaterHandlers.AgreeAsync),
        new("SubmitRating", "POST", "api/rating/submit", ApiRole.Rater, "Submits the calling rater's ratings.", RaterHandlers.SubmitAsync),
        new("StopRating", "POST", "api/rating/stop", ApiRole.Rater, "Ends the calling rater's participation.", RaterHandlers.StopAsync),
        new("ListPublishedResults", "GET", "api/published-results", ApiRole.Reader,
            "Lists accuracies from the literature for comparison.", CatalogHandlers.PublishedResultsAsync),
        new("ListProfiles", "GET", "api/profiles", ApiRole.Reader, "Lists the profiles.", ProfileHandlers.ListAsync),
        new("GetProfile", "GET", "api/profiles/{profile}", ApiRole.Reader, "Returns a profile.", ProfileHandlers.GetAsync),
        new("PutProfile", "PUT", "api/profiles/{profile}", ApiRole.Runner,
            "Stores the profile in the body; one of its name that was stored before is replaced. No run changes.",
            ProfileHandlers.PutAsync),
        new("DeleteProfile", "DELETE", "api/profiles/{profile}", ApiRole.Runner,
            "Deletes a profile that was stored. No run changes.", ProfileHandlers.DeleteAsync),
        new("ListModels", "GET", "api/models", ApiRole.Reader, "Lists the available models.", CatalogHandlers.ModelsAsync),
        new("GetDocument", "GET", "openapi/v1.json", ApiRole.Anyone,
            "Returns the OpenAPI document of this API.", CatalogHandlers.DocumentAsync),
        new("GetHealth", "GET", "healthz", ApiRole.Anyone,
            "Reports whether the service is ready: storage, models and the batch queue.", CatalogHandlers.HealthAsync),
    ];
}
