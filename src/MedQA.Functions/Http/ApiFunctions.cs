using MedQA.Web.Dashboard;
using MedQA.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace MedQA.Functions.Http;

/// <summary>
/// One function per row of the route tables, <see cref="ApiRoutes"/> and <see cref="DashboardRoutes"/>. A trigger's route must be a
/// constant, so name, method and path are repeated here; a test compares them with the tables.
/// </summary>
public sealed class ApiFunctions(GuardedApi api)
{
    /// <summary>
    /// The site's root. For an empty route the Functions host would use the function's name, so it is a placeholder that must stay empty.
    /// </summary>
    internal const string Root = "{root:maxlength(0)?}";

    /// <summary>
    /// Handles requests that match no other function. The host maps routes in the order of the functions' names, so this must be last.
    /// </summary>
    internal const string Everything = "ZzUnknown";

    /// <summary>Starts a run of the question set in the body.</summary>
    [Function(nameof(StartRun))]
    public Task<IResult> StartRun([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/runs")] HttpRequest request) =>
        api.AnswerAsync(nameof(StartRun), request);

    /// <summary>Lists, searches and sorts runs.</summary>
    [Function(nameof(ListRuns))]
    public Task<IResult> ListRuns([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs")] HttpRequest request) =>
        api.AnswerAsync(nameof(ListRuns), request);

    /// <summary>Returns a run's state and progress.</summary>
    [Function(nameof(GetRun))]
    public Task<IResult> GetRun([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}")] HttpRequest request) =>
        api.AnswerAsync(nameof(GetRun), request);

    /// <summary>Streams changes of a run as server-sent events.</summary>
    [Function(nameof(WatchRun))]
    public Task<IResult> WatchRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/events")] HttpRequest request) =>
            api.AnswerAsync(nameof(WatchRun), request);

    /// <summary>Deletes a run and everything that it wrote.</summary>
    [Function(nameof(DeleteRun))]
    public Task<IResult> DeleteRun([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/runs/{run}")] HttpRequest request) =>
        api.AnswerAsync(nameof(DeleteRun), request);

    /// <summary>Stops a run and keeps its answers.</summary>
    [Function(nameof(CancelRun))]
    public Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/runs/{run}/cancel")] HttpRequest request) =>
            api.AnswerAsync(nameof(CancelRun), request);

    /// <summary>Retries failed questions, or resumes a cancelled run.</summary>
    [Function(nameof(RetryRun))]
    public Task<IResult> RetryRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/runs/{run}/retry")] HttpRequest request) =>
            api.AnswerAsync(nameof(RetryRun), request);

    /// <summary>Approves a run that exceeds a limit.</summary>
    [Function(nameof(ApproveRun))]
    public Task<IResult> ApproveRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/runs/{run}/approve")] HttpRequest request) =>
            api.AnswerAsync(nameof(ApproveRun), request);

    /// <summary>Returns the name, tags and note that people gave a run.</summary>
    [Function(nameof(GetAnnotation))]
    public Task<IResult> GetAnnotation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/annotation")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetAnnotation), request);

    /// <summary>Replaces the name, tags and note of a run; what is missing is removed.</summary>
    [Function(nameof(AnnotateRun))]
    public Task<IResult> AnnotateRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/runs/{run}/annotation")] HttpRequest request) =>
            api.AnswerAsync(nameof(AnnotateRun), request);

    /// <summary>Lists the answers of a run, even while it is in progress.</summary>
    [Function(nameof(ListAnswers))]
    public Task<IResult> ListAnswers(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/answers")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListAnswers), request);

    /// <summary>Returns a question with every reasoning and vote.</summary>
    [Function(nameof(GetAnswer))]
    public Task<IResult> GetAnswer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/answers/{question}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetAnswer), request);

    /// <summary>
    /// Returns a file of a run's result: manifest.json, report.json, report.md, report.html, answers.csv, answers.parquet, rejected.csv,
    /// or, with every sample, answers.jsonl or samples.parquet; for other tools, inspect.json (Inspect AI), lm-eval.zip
    /// (lm-evaluation-harness) or eee.zip (Every Eval Ever); or card.md, a model card.
    /// </summary>
    [Function(nameof(GetRunFile))]
    public Task<IResult> GetRunFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/files/{file}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetRunFile), request);

    /// <summary>Returns the OpenAPI document of this API.</summary>
    [Function(nameof(GetDocument))]
    public Task<IResult> GetDocument(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi/v1.json")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetDocument), request);

    /// <summary>Returns the report of a run.</summary>
    [Function(nameof(GetReport))]
    public Task<IResult> GetReport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/report")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetReport), request);

    /// <summary>Compares the questions of a run that come in pairs and differ in one thing, such as the patient's sex.</summary>
    [Function(nameof(GetPairs))]
    public Task<IResult> GetPairs(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/pairs")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetPairs), request);

    /// <summary>Judges a run by the policy in the body: pass, fail or inconclusive. Stores nothing.</summary>
    [Function(nameof(JudgeRun))]
    public Task<IResult> JudgeRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/runs/{run}/gate")] HttpRequest request) =>
            api.AnswerAsync(nameof(JudgeRun), request);

    /// <summary>Returns the accuracy by metadata of the question set, each value tested against all other questions.</summary>
    [Function(nameof(GetSlices))]
    public Task<IResult> GetSlices(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/runs/{run}/slices")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetSlices), request);

    /// <summary>Compares runs pairwise on the questions that they share.</summary>
    [Function(nameof(CompareRuns))]
    public Task<IResult> CompareRuns(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/compare")] HttpRequest request) =>
            api.AnswerAsync(nameof(CompareRuns), request);

    /// <summary>Lists the questions that only one of two runs answered right.</summary>
    [Function(nameof(ListFlips))]
    public Task<IResult> ListFlips(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/compare/flips")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListFlips), request);

    /// <summary>Estimates what a run of the question set in the body would take; stores nothing.</summary>
    [Function(nameof(EstimateRun))]
    public Task<IResult> EstimateRun([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/estimates")] HttpRequest request) =>
        api.AnswerAsync(nameof(EstimateRun), request);

    /// <summary>Creates a study of human ratings from runs and files of answers, and returns the raters' links.</summary>
    [Function(nameof(CreateStudy))]
    public Task<IResult> CreateStudy([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/studies")] HttpRequest request) =>
        api.AnswerAsync(nameof(CreateStudy), request);

    /// <summary>Lists studies, newest first.</summary>
    [Function(nameof(ListStudies))]
    public Task<IResult> ListStudies(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/studies")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListStudies), request);

    /// <summary>Returns a study and each rater's progress.</summary>
    [Function(nameof(GetStudy))]
    public Task<IResult> GetStudy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/studies/{study}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetStudy), request);

    /// <summary>Deletes a study and its ratings.</summary>
    [Function(nameof(DeleteStudy))]
    public Task<IResult> DeleteStudy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/studies/{study}")] HttpRequest request) =>
            api.AnswerAsync(nameof(DeleteStudy), request);

    /// <summary>Returns the report of a study, even while raters are still rating.</summary>
    [Function(nameof(GetStudyReport))]
    public Task<IResult> GetStudyReport(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/studies/{study}/report")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetStudyReport), request);

    /// <summary>Lists every rating of a study, as JSON lines, CSV or Parquet.</summary>
    [Function(nameof(ListRatings))]
    public Task<IResult> ListRatings(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/studies/{study}/ratings")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListRatings), request);

    /// <summary>Replaces a rater's link; the old one stops working.</summary>
    [Function(nameof(RenewRaterLink))]
    public Task<IResult> RenewRaterLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/studies/{study}/raters/{rater}/link")] HttpRequest request) =>
            api.AnswerAsync(nameof(RenewRaterLink), request);

    /// <summary>Deletes a rater and the rater's ratings; the study continues.</summary>
    [Function(nameof(DeleteRater))]
    public Task<IResult> DeleteRater(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/studies/{study}/raters/{rater}")] HttpRequest request) =>
            api.AnswerAsync(nameof(DeleteRater), request);

    /// <summary>Lists the built-in rubrics.</summary>
    [Function(nameof(ListRubrics))]
    public Task<IResult> ListRubrics(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/rubrics")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListRubrics), request);

    /// <summary>Returns the calling rater's queue.</summary>
    [Function(nameof(GetRating))]
    public Task<IResult> GetRating([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/rating")] HttpRequest request) =>
        api.AnswerAsync(nameof(GetRating), request);

    /// <summary>Stores the calling rater's clicks.</summary>
    [Function(nameof(SendClicks))]
    public Task<IResult> SendClicks([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/rating/clicks")] HttpRequest request) =>
        api.AnswerAsync(nameof(SendClicks), request);

    /// <summary>Records the calling rater's consent.</summary>
    [Function(nameof(AgreeToRate))]
    public Task<IResult> AgreeToRate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/rating/consent")] HttpRequest request) =>
            api.AnswerAsync(nameof(AgreeToRate), request);

    /// <summary>Submits the calling rater's ratings.</summary>
    [Function(nameof(SubmitRating))]
    public Task<IResult> SubmitRating(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/rating/submit")] HttpRequest request) =>
            api.AnswerAsync(nameof(SubmitRating), request);

    /// <summary>Ends the calling rater's participation.</summary>
    [Function(nameof(StopRating))]
    public Task<IResult> StopRating([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/rating/stop")] HttpRequest request) =>
        api.AnswerAsync(nameof(StopRating), request);

    /// <summary>Lists accuracies from the literature for comparison.</summary>
    [Function(nameof(ListPublishedResults))]
    public Task<IResult> ListPublishedResults(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/published-results")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListPublishedResults), request);

    /// <summary>Lists the profiles.</summary>
    [Function(nameof(ListProfiles))]
    public Task<IResult> ListProfiles(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/profiles")] HttpRequest request) =>
            api.AnswerAsync(nameof(ListProfiles), request);

    /// <summary>Returns a profile.</summary>
    [Function(nameof(GetProfile))]
    public Task<IResult> GetProfile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/profiles/{profile}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetProfile), request);

    /// <summary>Stores the profile in the body; one of its name that was stored before is replaced. No run changes.</summary>
    [Function(nameof(PutProfile))]
    public Task<IResult> PutProfile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/profiles/{profile}")] HttpRequest request) =>
            api.AnswerAsync(nameof(PutProfile), request);

    /// <summary>Deletes a profile that was stored. No run changes.</summary>
    [Function(nameof(DeleteProfile))]
    public Task<IResult> DeleteProfile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/profiles/{profile}")] HttpRequest request) =>
            api.AnswerAsync(nameof(DeleteProfile), request);

    /// <summary>Lists the available models.</summary>
    [Function(nameof(ListModels))]
    public Task<IResult> ListModels([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/models")] HttpRequest request) =>
        api.AnswerAsync(nameof(ListModels), request);

    /// <summary>Reports whether the service is ready: storage, models and the batch queue.</summary>
    [Function(nameof(GetHealth))]
    public Task<IResult> GetHealth([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz")] HttpRequest request) =>
        api.AnswerAsync(nameof(GetHealth), request);

    /// <summary>Returns the dashboard.</summary>
    [Function(nameof(GetHome))]
    public Task<IResult> GetHome([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root)] HttpRequest request) =>
        api.AnswerAsync(nameof(GetHome), request);

    /// <summary>Returns the dashboard.</summary>
    [Function(nameof(GetDashboard))]
    public Task<IResult> GetDashboard(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "dashboard")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetDashboard), request);

    /// <summary>Returns a file of the dashboard.</summary>
    [Function(nameof(GetDashboardFile))]
    public Task<IResult> GetDashboardFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "dashboard/{file}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetDashboardFile), request);

    /// <summary>Returns the raters' page.</summary>
    [Function(nameof(GetRatingPage))]
    public Task<IResult> GetRatingPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "rate")] HttpRequest request) =>
        api.AnswerAsync(nameof(GetRatingPage), request);

    /// <summary>Returns a file of the raters' page.</summary>
    [Function(nameof(GetRatingPageFile))]
    public Task<IResult> GetRatingPageFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "rate/{file}")] HttpRequest request) =>
            api.AnswerAsync(nameof(GetRatingPageFile), request);

    /// <summary>Answers what the tables do not have.</summary>
    [Function(Everything)]
    public static IResult Unknown([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) =>
        UnknownRoute.Answer(request);
}
