using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Runs;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using MedQA.Web.Runs;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Reports;

/// <summary>The report of a run, and runs compared.</summary>
internal static class ReportHandlers
{
    private const int MaxCompared = 20;

    /// <summary>The report as JSON, Markdown or HTML; 304 where the caller has this revision already.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        if (summary.Revision == 0)
        {
            throw Problem.NoReport(summary.Run.ToString());
        }

        var (file, suffix, type) = format switch
        {
            Negotiation.Json => ("report.json", "", Negotiation.Json),
            Negotiation.Markdown => ("report.md", "-md", "text/markdown; charset=utf-8"),
            _ => ("report.html", "-html", "text/html; charset=utf-8"),
        };
        if (Conditional.IsKnown(request, $"{summary.Run}-{summary.Revision}{suffix}"))
        {
            return Conditional.NotModified;
        }

        var content =
            await api.Reader.OpenFileAsync(summary.Run, file, cancellationToken) ?? throw Problem.NoReport(summary.Run.ToString());
        return Results.Stream(content, type);
    }

    /// <summary>Two or more runs, compared in pairs on the questions that they share.</summary>
    public static async Task<IResult> CompareAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var runs = await RunsAsync(api, request, MaxCompared, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);

        // What ended runs come to does not change until one has a new result.
        var key = runs.TrueForAll(static run => run.State.IsFinal() && run.Revision > 0)
            ? string.Join(',', runs.Select(static run => $"{run.Run}-{run.Revision}"))
            : null;
        if (key is not null
            && Conditional.IsKnown(
                request,
                Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12))
                    + (format == Negotiation.Json ? "" : format == Negotiation.Markdown ? "-md" : "-html")))
        {
            return Conditional.NotModified;
        }

        try
        {
            var comparison = key is null
                ? await RunComparisons.ReadAsync(api.Reader, runs, cancellationToken)
                : await api.Comparisons.GetAsync(key, () => RunComparisons.ReadAsync(api.Reader, runs, api.Stopping), cancellationToken);
            var (content, type) = format switch
            {
                Negotiation.Json => (ReportJson.Write(comparison), Negotiation.Json),
                Negotiation.Markdown => (Encoding.UTF8.GetBytes(ReportMarkdown.Write(comparison)), "text/markdown; charset=utf-8"),
                _ => (Encoding.UTF8.GetBytes(ReportHtml.Write(comparison)), "text/html; charset=utf-8"),
            };
            return key is null ? Conditional.Bytes(request, content, type) : Results.Bytes(content, type);
        }
        catch (InputException exception)
        {
            throw Problem.NotComparable(exception.Message);
        }
    }

    /// <summary>A page of the questions that only one of two runs answered right.</summary>
    public static async Task<IResult> FlipsAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var runs = await RunsAsync(api, request, 2, cancellationToken);
        var take = request.Number("take", api.Limits.DefaultPage, 1, RunReader.MaxPage);
        var from = request.Number("from", 0, 0, int.MaxValue);
        return Conditional.Json(
            request,
            await RunFlips.ReadAsync(api.Reader, runs[0].Run, runs[1].Run, from, take, cancellationToken),
            WebJson.Default.FlipList);
    }

    private static async Task<List<RunSummary>> RunsAsync(Api api, ApiRequest request, int most, CancellationToken cancellationToken)
    {
        var names = request.Query("runs")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (names.Length < 2 || names.Length > most)
        {
            throw Problem.BadParameter("runs", $"must be {(most == 2 ? "2" : $"2 to {most}")} runs, separated by commas.");
        }

        var runs = new List<RunSummary>();
        foreach (var name in names)
        {
            runs.Add(
                (RunId.TryParse(name, out var run) ? await api.Reader.GetAsync(run, cancellationToken) : null)
                    ?? throw Problem.UnknownRun(name));
        }

        return runs;
    }
}
