using System.Text;
using System.Text.Json;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Rating;

/// <summary>Handlers for a study's report and ratings, even while raters are still rating.</summary>
public static class StudyResults
{
    /// <summary>The formats of reports.</summary>
    public const string Json = Negotiation.Json,
        Markdown = Negotiation.Markdown,
        Html = Negotiation.Html,
        Sections = Negotiation.Sections;

    private const string Lines = "application/x-ndjson";
    private const string Csv = "text/csv";
    private const string Parquet = "application/vnd.apache.parquet";

    /// <summary>The report of a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="ratings">Its raters' ratings.</param>
    /// <param name="judges">What its judges said.</param>
    /// <param name="format">One of the formats.</param>
    public static byte[] Report(Study study, IReadOnlyList<RaterRatings> ratings, IReadOnlyList<RaterRatings> judges, string format)
    {
        var report = StudyReportBuilder.Build(StudyRatingsReading.Of(study, ratings, judges));
        return format switch
        {
            Json => ReportJson.Write(report),
            Html => Encoding.UTF8.GetBytes(ReportHtml.Write(report)),
            Sections => ReportBlocks.Write(report),
            _ => Encoding.UTF8.GetBytes(ReportMarkdown.Write(report)),
        };
    }

    /// <summary>Returns the report in one of the document formats.</summary>
    internal static async Task<IResult> ReportAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var study = await StudyHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        var report = Report(
            study,
            await api.Studies.RatingsAsync(study, cancellationToken),
            await api.Studies.JudgesAsync(study, cancellationToken),
            format);
        return Conditional.Bytes(request, report, Negotiation.TypeOf(format));
    }

    /// <summary>Returns all ratings as JSON lines, CSV or Parquet.</summary>
    internal static async Task<IResult> RatingsAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var history = request.Switch("history");
        var study = await StudyHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.Choose(request.Http, Lines, Csv, Parquet);
        request.Http.HttpContext.Response.Headers.Vary = "Accept";
        var lines = RatingTable.Lines(study, await api.Studies.RatingsAsync(study, cancellationToken), history).ToList();
        var name = $"{study.Id}-{(history ? "clicks" : "ratings")}";
        switch (format)
        {
            case Lines:
                return Results.Text(
                    string.Concat(lines.Select(static line => JsonSerializer.Serialize(line, WebJson.Default.RatingLine) + "\n")), Lines);
            case Csv:
                return Results.File(Encoding.UTF8.GetBytes(RatingTable.Csv(study, lines)), "text/csv; charset=utf-8", $"{name}.csv");
            default:
                using (var file = new MemoryStream())
                {
                    await RatingTable.WriteParquetAsync(file, study, lines, cancellationToken);
                    return Results.File(file.ToArray(), Parquet, $"{name}.parquet");
                }
        }
    }
}
