using System.Collections.Immutable;
using MedQA.Pipeline.Queries;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Runs;

/// <summary>A file of a run's result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MediaType">Its media type.</param>
public sealed record RunFile(string Name, string MediaType);

/// <summary>The files of a run's result, which <c>medqa export</c> writes to a folder.</summary>
public static class RunFiles
{
    /// <summary>Every file that a run can have. A run without rejected rows has no <c>rejected.csv</c>.</summary>
    public static ImmutableArray<RunFile> All { get; } =
    [
        new("manifest.json", "application/json"),
        new("report.json", "application/json"),
        new("report.md", "text/markdown"),
        new("report.html", "text/html"),
        new("answers.csv", "text/csv"),
        new("answers.parquet", "application/vnd.apache.parquet"),
        new("rejected.csv", "text/csv"),
        new("answers.jsonl", "application/x-ndjson"),
        new("samples.parquet", "application/vnd.apache.parquet"),
        new("inspect.json", "application/json"),
        new("lm-eval.zip", "application/zip"),
        new("eee.zip", "application/zip"),
        new("card.md", "text/markdown"),
    ];

    /// <summary>A file of a run's result.</summary>
    internal static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var name = request.Path["file"];
        var file = All.FirstOrDefault(file => file.Name == name)
            ?? throw Problem.UnknownRunFile(summary.Run.ToString(), name, All.Select(static known => known.Name));
        var made = RunExports.Find(name);
        if (made is not null && summary.Revision == 0)
        {
            throw Problem.UnknownRunFile(summary.Run.ToString(), name, All.Select(static known => known.Name));
        }

        var content = made is null
            ? await api.Reader.OpenFileAsync(summary.Run, name, cancellationToken)
                ?? throw Problem.UnknownRunFile(summary.Run.ToString(), name, All.Select(static known => known.Name))
            : null;
        var fixedNow = summary is { Revision: > 0, Requested: RequestedAction.None } && summary.State.IsFinal();
        if (made is null)
        {
            request.Http.HttpContext.Response.Headers.AcceptRanges = "bytes";
        }

        var tag = fixedNow
            ? new EntityTagHeaderValue($"\"{summary.Run}-{summary.Revision}-{name.Replace('.', '-')}\"", isWeak: made is not null)
            : null;
        if (tag is not null && Conditional.IsKnown(request, tag))
        {
            await (content?.DisposeAsync() ?? ValueTask.CompletedTask);
            return Conditional.NotModified;
        }

        var part = content is null ? null : Conditional.PartOf(request.Http, tag);
        if (part is not null && !Conditional.IsIn(part, content!.Length))
        {
            var length = content.Length;
            await content.DisposeAsync();
            throw Problem.NoPart(length);
        }

        var type = file.MediaType.StartsWith("text/", StringComparison.Ordinal) ? $"{file.MediaType}; charset=utf-8" : file.MediaType;
        return made is { } export
            ? Results.Stream(
                stream => api.Reader.WriteExportAsync(summary.Run, export, stream, cancellationToken),
                type,
                export == RunExport.Inspect ? RunExports.InspectName(summary.Created, summary.Name, summary.Run.ToString()) : name)
            : Results.Stream(content!, type, name, entityTag: tag, enableRangeProcessing: part is not null);
    }
}
