using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Gating;
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

/// <summary>Handlers for reports and comparisons of runs.</summary>
internal static class ReportHandlers
{
    /// <summary>Tells what this version makes of two runs from what earlier ones made, which clients may still have.</summary>
    private const string ComparisonVersion = " second less first, sizes";

    private const int MaxCompared = 20;

    /// <summary>The longest list of names of metadata, in characters.</summary>
    private const int MaxNames = 2_000;

    private const string ListOfNames = "names, separated by commas, or a JSON array of them";

    /// <summary>The most characters of a name or value of metadata.</summary>
    internal const int MaxMetadata = 500;

    /// <summary>Returns the report in one of the document formats, or 304 if the caller has this revision.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        if (summary.Revision == 0)
        {
            throw Problem.NoReport(summary.Run.ToString());
        }

        if (Conditional.IsKnown(request, $"{summary.Run}-{summary.Revision}{Negotiation.SuffixOf(format)}"))
        {
            return Conditional.NotModified;
        }

        var file = format switch { Negotiation.Markdown => "report.md", Negotiation.Html => "report.html", _ => "report.json" };
        if (await KeptResult.FindAsync(api, request, summary, $"report {format}", Negotiation.TypeOf(format), LoadAsync, cancellationToken)
            is var (kept, _))
        {
            return kept;
        }

        var content = await OpenAsync(cancellationToken);
        if (format != Negotiation.Sections)
        {
            return Results.Stream(content, Negotiation.TypeOf(format));
        }

        await using (content)
        {
            var stored = await BinaryData.FromStreamAsync(content, cancellationToken);
            return Results.Bytes(ReportBlocks.Write(ReportJson.Read(stored)), format);
        }

        async Task<Stream> OpenAsync(CancellationToken cancel) =>
            await api.Reader.OpenFileAsync(summary.Run, file, cancel) ?? throw Problem.NoReport(summary.Run.ToString());

        // A report that can change, or is too large to keep, is streamed.
        async Task<byte[]?> LoadAsync(CancellationToken cancel)
        {
            if (summary.ResultVersion is null)
            {
                return null;
            }

            await using var opened = await OpenAsync(cancel);
            if (opened.Length > api.Results.MaxPart)
            {
                return null;
            }

            var stored = await BinaryData.FromStreamAsync(opened, cancel);
            return format == Negotiation.Sections ? ReportBlocks.Write(ReportJson.Read(stored)) : stored.ToArray();
        }
    }

    /// <summary>Compares two or more runs pairwise on the questions that they share.</summary>
    public static async Task<IResult> CompareAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var runs = await RunsAsync(api, request, MaxCompared, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        var (againstFirst, anytime) = (request.Query("pairs") == "first", request.Switch("anytime"));

        // A comparison of finished runs does not change until one has a new result.
        var key = runs.TrueForAll(static run => run.State.IsFinal() && run.Revision > 0)
            ? string.Join(',', runs.Select(static run => $"{run.Run}-{run.Revision}")) + (againstFirst ? " first" : "")
                + (anytime ? " anytime" : "") + ComparisonVersion
            : null;
        if (key is not null
            && Conditional.IsKnown(
                request,
                Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 12))
                    + Negotiation.SuffixOf(format)))
        {
            return Conditional.NotModified;
        }

        try
        {
            var comparison = key is null
                ? await RunComparisons.ReadAsync(api.Reader, runs, againstFirst, anytime, api.AllModels, cancellationToken)
                : await api.Comparisons.GetAsync(
                    key,
                    () => RunComparisons.ReadAsync(api.Reader, runs, againstFirst, anytime, api.AllModels, api.Stopping),
                    cancellationToken);
            var content = Written(
                format, comparison, ReportJson.Write, ReportMarkdown.Write, ReportHtml.Write, ReportBlocks.Write);
            var type = Negotiation.TypeOf(format);
            return key is null ? Conditional.Bytes(request, content, type) : Results.Bytes(content, type);
        }
        catch (InputException exception)
        {
            throw Problem.NotComparable(exception.Message);
        }
    }

    /// <summary>Returns the accuracy by metadata, or the names of the metadata.</summary>
    public static async Task<IResult> SlicesAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        var names = Names(request.Text("by", MaxNames));
        if (names.Length > MetadataSlices.MaxNames || Array.Exists(names, string.IsNullOrWhiteSpace))
        {
            throw Problem.BadParameter("by", $"must be 1 to {MetadataSlices.MaxNames} {ListOfNames}.");
        }

        try
        {
            return await KeptAsync(
                api,
                request,
                summary,
                format,
                $"slices {format} {string.Join('\0', names)}",
                async cancel => Written(
                    format,
                    await RunSlices.ReadAsync(api.Reader, summary.Run, names, cancel),
                    ReportJson.Write,
                    ReportMarkdown.Write,
                    ReportHtml.Write,
                    ReportBlocks.Write),
                cancellationToken);
        }
        catch (InputException exception)
        {
            throw Problem.BadParameter("by", exception.Message);
        }

        static string[] Names(string? text)
        {
            if (text is null)
            {
                return [];
            }

            if (!text.StartsWith('['))
            {
                return text.Split(',', StringSplitOptions.TrimEntries);
            }

            try
            {
                return JsonSerializer.Deserialize(text, WebJson.Default.StringArray)!;
            }
            catch (JsonException exception)
            {
                throw Problem.BadParameter("by", $"must be {ListOfNames}: {JsonShape.PlaceOf(exception)}.");
            }
        }
    }

    /// <summary>Judges a run by the policy in the body.</summary>
    public static async Task<IResult> JudgeAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.Choose(request.Http, Negotiation.Json, Negotiation.Markdown, Negotiation.Xml);
        request.Http.HttpContext.Response.Headers.Vary = "Accept";
        var policy = await request.BodyAsync(GateJson.Default.GatePolicy, api.Limits.MaxPolicyBytes, cancellationToken);
        if (GatePolicyReader.FaultOf(policy) is { } wrong)
        {
            throw Problem.BadBody(wrong.Path, wrong.Sentence("The body"));
        }

        var named = request.Query("baseline");
        var baseline = named is null
            ? null
            : (RunId.TryParse(named, out var run) ? await api.Reads.FindAsync(api, run, cancellationToken) : null)
                ?? throw Problem.UnknownRun(named);
        if (baseline is null && policy.NeedsBaseline())
        {
            throw Problem.BadParameter(
                "baseline",
                "The parameter 'baseline' is missing: the policy has a rule about losses, which are measured against a baseline.");
        }

        try
        {
            var report = await RunGates.ReadAsync(api.Reader, policy, summary, baseline, cancellationToken);
            return Results.Bytes(
                format switch
                {
                    Negotiation.Json => GateJson.Write(report),
                    Negotiation.Markdown => Encoding.UTF8.GetBytes(ReportMarkdown.Write(report)),
                    _ => GateJUnit.Write(report),
                },
                Negotiation.TypeOf(format));
        }
        catch (InputException exception)
        {
            throw Problem.NotComparable(exception.Message);
        }
    }

    /// <summary>Compares the questions of a run that come in pairs.</summary>
    public static async Task<IResult> PairsAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var format = Negotiation.ChooseDocument(request.Http);
        string?[] named = [.. ((string[])["pair", "group", "reference"]).Select(name => request.Text(name, MaxMetadata))];
        return await KeptAsync(
            api,
            request,
            summary,
            format,
            $"pairs {format} {string.Join('\n', named)}",
            async cancel => Written(
                format,
                await RunPairs.ReadAsync(api.Reader, summary, named[0], named[1], named[2], cancel),
                ReportJson.Write,
                ReportMarkdown.Write,
                ReportHtml.Write,
                ReportBlocks.Write),
            cancellationToken);
    }

    /// <summary>Returns a document that is made of a run's answers, or 304; that of an ended run is kept in memory.</summary>
    private static async Task<IResult> KeptAsync(
        Api api,
        ApiRequest request,
        RunSummary run,
        string format,
        string part,
        Func<CancellationToken, Task<byte[]?>> load,
        CancellationToken cancellationToken) =>
        await KeptResult.FindAsync(api, request, run, part, Negotiation.TypeOf(format), load, cancellationToken) is var (result, tag)
            && !Conditional.IsKnown(request, tag)
                ? result
                : Conditional.NotModified;

    /// <summary>Writes a document in the format that the caller accepts.</summary>
    private static byte[] Written<T>(
        string format, T document, Func<T, byte[]> json, Func<T, string> markdown, Func<T, string> html, Func<T, byte[]> sections) =>
        format switch
        {
            Negotiation.Json => json(document),
            Negotiation.Markdown => Encoding.UTF8.GetBytes(markdown(document)),
            Negotiation.Html => Encoding.UTF8.GetBytes(html(document)),
            _ => sections(document),
        };

    /// <summary>Lists a page of the questions that only one of two runs answered right.</summary>
    public static async Task<IResult> FlipsAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var runs = await RunsAsync(api, request, 2, cancellationToken);
        var take = request.Number("take", api.Limits.DefaultPage, 1, RunReader.MaxPage);
        var from = request.Number("from", 0, 0, int.MaxValue);
        return Conditional.Json(
            request,
            await RunFlips.ReadAsync(api.Reader, runs[0], runs[1], from, take, cancellationToken),
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
                (RunId.TryParse(name, out var run) ? await api.Reads.FindAsync(api, run, cancellationToken) : null)
                    ?? throw Problem.UnknownRun(name));
        }

        return runs;
    }
}
