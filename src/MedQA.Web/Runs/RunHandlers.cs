using MedQA.Evaluation;
using MedQA.Pipeline.Advancing;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Splitting;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Runs;

/// <summary>Runs: starting, listing, looking at one, and what can be asked of it.</summary>
internal static class RunHandlers
{
    /// <summary>
    /// Takes a question set as the body and answers with its run: 202 for a new one, 200 for the one that the same body and profile made
    /// before.
    /// </summary>
    public static async Task<IResult> StartAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var profile = request.Query("profile");
        if (profile is not null && api.Profiles.Find(profile) is null)
        {
            throw Problem.UnknownProfile(profile);
        }

        var (name, reading, again) = (SetParameters.Name(request, api.Limits), request.Reading, request.Switch("again"));
        await using var body = LimitedBody.Of(request.Http, api.Limits.MaxUploadBytes);
        var upload = await api.Uploads.StoreAsync(body, name, profile, again, reading, request.Caller, cancellationToken);
        var outcome = await api.Splitter.StartAsync(upload, cancellationToken);
        if (outcome is { Result: SplitResult.Created, Run: { } made })
        {
            // A split sends nothing. Without this the run would begin when the upload's own event, or the look for runs that nobody drives,
            // comes round to it.
            await api.Control.WakeAsync(made, cancellationToken);
        }

        switch (outcome)
        {
            case { Result: SplitResult.Created or SplitResult.Known, Run: { } run }:
                var summary = await api.Reader.GetAsync(run, cancellationToken) ?? throw Problem.UnknownRun(run.ToString());

                // An upload stored just now is new also where the loop that looks for uploads was quicker to make its run.
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

    /// <summary>A page of runs.</summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var page = await api.Reader.ListAsync(
            request.Query("continuation"), request.Number("take", api.Limits.DefaultPage, 1, RunReader.MaxPage), cancellationToken);
        return Conditional.Json(request, new RunList([.. page.Runs.Select(RunResource.Of)], page.Continuation), WebJson.Default.RunList);
    }

    /// <summary>One run.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Conditional.Json(request, RunResource.Of(await FindAsync(api, request, cancellationToken)), WebJson.Default.RunResource);

    /// <summary>Stops a run; its answers stay.</summary>
    public static Task<IResult> CancelAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Cancel, cancellationToken);

    /// <summary>Tries failed questions again, or goes on with a cancelled run.</summary>
    public static Task<IResult> RetryAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Retry, cancellationToken);

    /// <summary>Lets a run go on that waits because it is above a limit.</summary>
    public static Task<IResult> ApproveAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Approve, cancellationToken);

    /// <summary>Removes a run and everything that it wrote.</summary>
    public static Task<IResult> DeleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        AskAsync(api, request, RequestedAction.Delete, cancellationToken);

    /// <summary>The run that the path names.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    internal static async Task<RunSummary> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Reader.GetAsync(request.Run, cancellationToken) ?? throw Problem.UnknownRun(request.Path["run"]);

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
