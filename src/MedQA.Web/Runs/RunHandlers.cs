using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Runs;

/// <summary>Handlers for starting, listing, reading and controlling runs.</summary>
internal static class RunHandlers
{
    /// <summary>
    /// Starts a run of the question set in the body: 202 for a new run, 200 for the existing run of the same body and profile.
    /// </summary>
    public static async Task<IResult> StartAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var model = SetParameters.Model(request, api)?.Fingerprint;
        var (chosen, profile) = ProfileParameters.AreGiven(request)
            ? await ProfileParameters.FindAsync(api, request, cancellationToken)
            : ((Profile?)null, null);
        var notify = SetParameters.Notify(request, api);
        var (name, reading, again) = (SetParameters.Name(request, api.Limits), request.Reading, request.Switch("again"));
        await using var body = LimitedBody.Of(request.Http, api.Limits.MaxUploadBytes);
        var upload = await api.Uploads.StoreAsync(
            body, name, profile, again, reading, request.Caller, cancellationToken, model, request.ProfileHash);
        var outcome = await api.Splitter.StartAsync(upload, cancellationToken, chosen, model);
        if (notify is not null && outcome is { Result: SplitResult.Created or SplitResult.Known, Run: { } told })
        {
            await api.Control.NotifyAsync(told, notify, cancellationToken);
        }

        if (outcome is { Result: SplitResult.Created, Run: { } made })
        {
            // Splitting sends nothing. Without this, the run would start only with the upload's own event or the periodic check for
            // runs without a driver.
            await api.Control.WakeAsync(made, cancellationToken);
        }

        switch (outcome)
        {
            case { Result: SplitResult.Created or SplitResult.Known, Run: { } run }:
                var summary = await api.Reader.GetAsync(run, cancellationToken) ?? throw Problem.UnknownRun(run.ToString());

                // An upload stored by this request is new even if the polling loop created its run first.
                request.Http.HttpContext.Response.Headers.Location = $"/api/runs/{run}";
                return Shown(
                    summary,
                    upload.Created || outcome.Result == SplitResult.Created ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
            case { Result: SplitResult.Rejected, Rejection: { } rejection }:
                throw Problem.NoQuestionSet(rejection.Sentence, rejection.Line);
            case { Result: SplitResult.Deleted }:
                throw Problem.Deleted($"{outcome.Run}");
            default:
                throw Problem.Changed();
        }
    }

    /// <summary>Lists a page of runs.</summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var query = new RunQuery
        {
            Filter = EnumNames.Find<RunFilter>(request.Query("state")) ?? RunFilter.All,
            Order = EnumNames.Find<RunOrder>(request.Query("order")) ?? RunOrder.Newest,
            Search = request.Text("search", RunQuery.MaxSearch),
            Tag = request.Text("tag", RunAnnotation.MaxTagLength),
        };
        var page = await api.Reads.ListAsync(
            api,
            query,
            request.Query("continuation"),
            request.Number("take", api.Limits.DefaultPage, 1, RunReader.MaxPage),
            cancellationToken);
        return Conditional.Json(request, new RunList([.. page.Runs.Select(RunResource.Of)], page.Continuation), WebJson.Default.RunList);
    }

    /// <summary>Returns a run.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Conditional.Json(request, RunResource.Of(await FindAsync(api, request, cancellationToken)), WebJson.Default.RunResource);

    /// <summary>Stops a run and keeps its answers.</summary>
    public static Task<IResult> CancelAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Cancel, cancellationToken);

    /// <summary>Retries failed questions, or resumes a cancelled run.</summary>
    public static Task<IResult> RetryAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Retry, cancellationToken);

    /// <summary>Approves a run that waits because it exceeds a limit.</summary>
    public static Task<IResult> ApproveAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Approve, cancellationToken);

    /// <summary>Deletes a run and everything that it wrote.</summary>
    public static Task<IResult> DeleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Delete, cancellationToken);

    /// <summary>Returns the run that the path names.</summary>
    /// <exception cref="ProblemException">It does not exist.</exception>
    internal static async Task<RunSummary> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Reads.FindAsync(api, request.Run, cancellationToken) ?? throw Problem.UnknownRun(request.Path["run"]);

    private static async Task<IResult> AskAsync(Api api, ApiRequest request, RequestedAction action, CancellationToken cancellationToken)
    {
        var outcome = await api.Control.RequestAsync(request.Run, action, cancellationToken);
        var summary = await FindAsync(api, request, cancellationToken);
        return outcome switch
        {
            RequestOutcome.Accepted => Shown(summary, StatusCodes.Status202Accepted),
            RequestOutcome.NotFound => throw Problem.UnknownRun(request.Path["run"]),
            RequestOutcome.OtherRules =>
                throw Problem.OtherRules(
                    RunControl.OtherRulesOf(summary.Run, (await api.Reader.GetManifestAsync(summary.Run, cancellationToken))?.Rules)),
            _ => throw Problem.NotPossible(summary.Run.ToString(), action, summary.State),
        };
    }

    private static IResult Shown(RunSummary summary, int status) =>
        Results.Json(RunResource.Of(summary), WebJson.Default.RunResource, Negotiation.Json, status);
}
