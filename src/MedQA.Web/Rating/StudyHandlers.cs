using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Rating;

/// <summary>Studies, for those who make and read them.</summary>
internal static class StudyHandlers
{
    /// <summary>Makes a study; the answer has the raters' links, which no later one has.</summary>
    public static async Task<IResult> CreateAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var asked = await request.BodyAsync(WebJson.Requests.StudyRequest, api.Limits.MaxUploadBytes, cancellationToken);
        var (study, secret) = await StudyMaking.MakeAsync(asked, api.Reader, api.Time, api.Random, cancellationToken);
        var links = await api.Studies.CreateAsync(study, secret, cancellationToken);
        request.Http.HttpContext.Response.Headers.Location = $"/api/studies/{study.Id}";
        return Results.Json(StudyResource.Of(study, links), WebJson.Default.StudyResource, Negotiation.Json, StatusCodes.Status201Created);
    }

    /// <summary>Every study; one that cannot be read keeps none of the others away.</summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var unreadable = new List<string>();
        var studies = await api.Studies.ListAsync(cancellationToken, unreadable);
        return Conditional.Json(
            request,
            new StudyList([.. studies.Select(StudyResource.Of)]) { Unreadable = unreadable is [] ? null : [.. unreadable] },
            WebJson.Default.StudyList);
    }

    /// <summary>A study with how far each rater is.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await FindAsync(api, request, cancellationToken);
        return Conditional.Json(
            request, StudyResource.Of(study, await api.Studies.RatingsAsync(study, cancellationToken)), WebJson.Default.StudyResource);
    }

    /// <summary>Removes a study with all ratings; one whose removal was cut off, too.</summary>
    public static async Task<IResult> DeleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Studies.DeleteAsync(request.Study, cancellationToken) ? Results.NoContent()
            : throw Problem.UnknownStudy(request.Path["study"]);

    /// <summary>Removes a rater with all of the rater's ratings.</summary>
    public static async Task<IResult> DeleteRaterAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await FindAsync(api, request, cancellationToken);
        return await api.Studies.DeleteRaterAsync(study, request.Path["rater"], cancellationToken)
            ? Results.NoContent()
            : throw Problem.UnknownRater(study.Id.ToString(), request.Path["rater"]);
    }

    /// <summary>Gives a rater a new link.</summary>
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

    /// <summary>The rubrics that come with the service.</summary>
    public static Task<IResult> RubricsAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Conditional.Bytes(request, ReportJson.Write(Rubrics.All), "application/json"));

    /// <summary>The study that the path names.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    internal static async Task<Study> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        await api.Studies.FindAsync(request.Study, cancellationToken) ?? throw Problem.UnknownStudy(request.Path["study"]);
}
