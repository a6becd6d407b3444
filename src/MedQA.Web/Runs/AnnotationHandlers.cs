using System.Text.Json;
using MedQA.Pipeline.Annotating;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Runs;

/// <summary>Handlers for the names, tags and notes of runs.</summary>
internal static class AnnotationHandlers
{
    /// <summary>Returns a run's name, tags and note, with a strong ETag for a change of them.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var annotation = await api.Annotations.FindAsync(request.Run, cancellationToken) ?? throw Problem.UnknownRun(request.Path["run"]);
        return Conditional.IsKnown(request, Tag(annotation)) ? Conditional.NotModified : Shown(annotation);
    }

    /// <summary>
    /// Replaces a run's name, tags and note. With <c>If-Match</c>, only those that the caller has seen are replaced, so that of two people
    /// who edit at once neither overwrites the other unawares.
    /// </summary>
    public static async Task<IResult> PutAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var annotation = RunAnnotations.Checked(
            await request.BodyAsync(WebJson.Requests.RunAnnotation, api.Limits.MaxAnnotationBytes, cancellationToken));
        string?[] wanted = Conditional.TagsToMatch(request.Http) is { } tags ? [.. tags] : [null];
        var outcome = AnnotateOutcome.Changed;
        for (var i = 0; i < wanted.Length && outcome == AnnotateOutcome.Changed; i++)
        {
            outcome = await api.Annotations.WriteAsync(request.Run, annotation, wanted[i], cancellationToken);
        }

        switch (outcome)
        {
            case AnnotateOutcome.Written:
                request.Http.HttpContext.Response.Headers.ETag = Tag(annotation).ToString();
                return Shown(annotation);
            case AnnotateOutcome.NotFound:
                throw Problem.UnknownRun(request.Path["run"]);
            case AnnotateOutcome.BeingDeleted:
                throw Problem.BeingDeleted(request.Path["run"]);
            default:
                throw Problem.AnnotationChanged();
        }
    }

    private static IResult Shown(RunAnnotation annotation) =>
        Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(annotation, WebJson.Default.RunAnnotation), Negotiation.Json);

    private static EntityTagHeaderValue Tag(RunAnnotation annotation) => new($"\"{RunAnnotations.TagOf(annotation)}\"");
}
