using MedQA.Web.Problems;
using MedQA.Web.Routing;
using MedQA.Web.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Reports;

/// <summary>The report of a run.</summary>
internal static class ReportHandlers
{
    private const string Json = "application/json";
    private const string Markdown = "text/markdown";

    /// <summary>The report as JSON or Markdown; 304 where the caller has this revision already.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.Choose(request.Http, Json, Markdown);
        if (summary.Revision == 0)
        {
            throw Problem.NoReport(summary.Run.ToString());
        }

        var tag = new EntityTagHeaderValue($"\"{summary.Run}-{summary.Revision}{(format == Json ? "" : "-md")}\"");
        var headers = request.Http.HttpContext.Response.Headers;
        headers.ETag = tag.ToString();
        headers.Vary = "Accept";
        headers.CacheControl = "private, no-cache";
        if (request.Http.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var content = await api.Reader.OpenFileAsync(summary.Run, format == Json ? "report.json" : "report.md", cancellationToken)
            ?? throw Problem.NoReport(summary.Run.ToString());
        return Results.Stream(content, format == Json ? Json : "text/markdown; charset=utf-8");
    }
}
