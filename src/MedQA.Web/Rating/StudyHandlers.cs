using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Rating;

/// <summary>Handlers for studies' organizers and readers.</summary>
internal static class StudyHandlers
{
    /// <summary>Creates a study; only this response has the raters' links.</summary>
    public static async Task<IResult> CreateAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var asked = await request.BodyAsync(WebJson.Requests.StudyRequest, api.Limits.MaxUploadBytes, cancellationToken);
        var (study, secret) = await StudyMaking.MakeAsync(asked, api.Reader, api.Time, api.Random, cancellationToken);
        var links = await api.Studies.CreateAsync(study, secret, cancellationToken);
        request.Http.HttpContext.Response.Headers.Location = $"/api/studies/{study.Id}";
        return Results.Json(StudyResource.Of(study, links), WebJson.Default.StudyResource, Negotiation.Json, StatusCodes.Status201Created);
    }

    /// <summary>Lists all studies; one that cannot be read does not affect the others.</summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var unreadable = new List<string>();
        var studies = await api.Studies.ListAsync(cancellationToken, unreadable);
        return Conditional.Json(
            request,
            new StudyList([.. studies.Select(StudyResource.Of)]) { Unreadable = unreadable is [] ? null : [.. unreadable] },
            WebJson.Default.StudyList);
    }

    /// <summary>Returns a study and each rater's progress.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await FindAsync(api, request, cancellationToken);
        return Conditional.Json(
            request, StudyResource.Of(study, await api.Studies.RatingsAsync(study, cancellationToken)), WebJson.Default.StudyResource);
    }

    /// <summary>Deletes a study and its ratings, or completes an interrupted deletion.</summary>
    public static async Task<IResult> DeleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Studies.DeleteAsync(request.Study, cancellationToken) ? Results.NoContent()
            : throw Problem.UnknownStudy(request.Path["study"]);

    /// <summary>Deletes a rater and the rater's ratings.</summary>
    public static async Task<IResult> DeleteRaterAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await FindAsync(api, request, cancellationToken);
        return await api.Studies.DeleteRaterAsync(study, request.Path["rater"], cancellationToken)
            ? Results.NoContent()
            : throw Problem.UnknownRater(study.Id.ToString(), request.Path["rater"]);
    }

    /// <summary>Replaces a rater's link.</summary>
    public static async Task<IResult> RenewLinkAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await FindAsync(api, request, cancellationToken);
        var invited = study.Manifest.Raters.FirstOrDefault(rater => rater.Rater == request.Path["rater"]);
        if (invited is null || await api.Studies.RenewLinkAsync(study.Id, invited.Rater, cancellationToken) is not { } link)
        {
            throw Problem.UnknownRater(study.Id.ToString(), request.Path["rater"]);
        }

        var ratings = await api.Studies.RatingsAsync(study.Id, invited.Rater, cancellationToken);
        return Results.Json(
            RaterResource.Of(study, invited, ratings) with { Link = RaterResource.PathOf(link) },
            WebJson.Default.RaterResource,
            Negotiation.Json);
    }

    /// <summary>Lists the built-in rubrics.</summary>
    public static Task<IResult> RubricsAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Conditional.Bytes(request, ReportJson.Write(Rubrics.All), "application/json"));

    /// <summary>Returns the study that the path names.</summary>
    /// <exception cref="ProblemException">It does not exist.</exception>
    internal static async Task<Study> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Studies.FindAsync(request.Study, cancellationToken) ?? throw Problem.UnknownStudy(request.Path["study"]);
}
