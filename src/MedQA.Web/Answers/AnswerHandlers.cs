using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Prompting;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using MedQA.Web.Runs;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Answers;

/// <summary>Handlers for the answers of a run, even while it is in progress.</summary>
internal static class AnswerHandlers
{
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";
    private const string Csv = "text/csv";
    private const string Parquet = "application/vnd.apache.parquet";
    private const int FlushAt = 32 * 1024;
    private const int MaxSearchLength = 200;

    /// <summary>
    /// Returns a page of answers as JSON, or streams all of them as JSON lines, CSV or, for a finished run, Parquet.
    /// </summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var query = new AnswerQuery
        {
            Filter = Filter(request),
            AgreementBelow = AgreementBelow(request),
            Search = request.Text("search", MaxSearchLength),
            Metadata = Metadata(request),
            Order = EnumNames.Find<AnswerOrder>(request.Query("order")) ?? AnswerOrder.Asked,
        };
        var summary = await RunHandlers.FindAsync(api, request, cancellationToken);
        var run = summary.Run;
        var format = Negotiation.Choose(request.Http, Json, Lines, Csv, Parquet);
        request.Http.HttpContext.Response.Headers.Vary = "Accept";
        if (format == Json)
        {
            var take = request.Number("take", api.Limits.DefaultPage, 1, RunReader.MaxPage);
            var continuation = request.Query("continuation");
            var part = string.Create(
                CultureInfo.InvariantCulture,
                $"answers {take} {query.Filter} {query.Order} {query.AgreementBelow:R} {continuation?.Length} {continuation} "
                    + $"{query.Search}")
                + (query.Metadata is { } metadata ? $"\n{metadata}" : "");
            return await Conditional.JsonAsync(
                api,
                request,
                summary,
                part,
                cancel => api.Reads.AnswersAsync(api, summary, continuation, take, query, cancel),
                WebJson.Default.AnswerPage,
                cancellationToken);
        }

        if (query.AgreementBelow is not null || query.Search is not null || query.Metadata is not null
            || query.Order != AnswerOrder.Asked)
        {
            throw Problem.BadParameter(
                query.Search is not null ? "search"
                    : query.Metadata is not null ? "meta"
                    : query.AgreementBelow is not null ? "agreementBelow"
                    : "order",
                "must be omitted when all answers are streamed; only JSON pages support it.");
        }

        if (format == Parquet && query.Filter != AnswerFilter.All)
        {
            throw Problem.BadParameter("filter", "must be omitted for Parquet, which has every answer.");
        }

        // A revision of a result is immutable.
        if (summary.State.IsFinal()
            && summary.Revision > 0
            && Conditional.IsKnown(
                request, $"{run}-{summary.Revision}-{query.Filter}-{format[(format.LastIndexOfAny(['/', '.', '-']) + 1)..]}"))
        {
            return Conditional.NotModified;
        }

        if (format == Parquet)
        {
            var table = await api.Reader.OpenFileAsync(run, "answers.parquet", cancellationToken) ?? throw Problem.NoReport(run.ToString());
            return Results.Stream(table, Parquet, $"{run}.parquet");
        }

        var answers = api.Reader.AllTextsAsync(run, query.Filter, cancellationToken);
        return format == Lines
            ? Results.Stream(stream => WriteLinesAsync(stream, answers, cancellationToken), Lines)
            : Results.Stream(
                stream => WriteTableAsync(api, run, stream, answers, cancellationToken), "text/csv; charset=utf-8", $"{run}.csv");
    }

    /// <summary>Returns a question with its answer, every reasoning and every vote.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var run = await RunHandlers.FindAsync(api, request, cancellationToken);

        // Servers leave an encoded slash in a path undecoded; ids such as dataset/id have one.
        var id = request.Path["question"].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var byOrdinal = request.Query("by") is "ordinal";
        var withPrompt = request.Switch("prompt");
        return await Conditional.JsonAsync(
            api,
            request,
            run,
            $"answer {byOrdinal} {withPrompt} {id}",
            cancel => DetailAsync(api, run, id, byOrdinal, withPrompt, cancel),
            WebJson.Default.AnswerDetail,
            cancellationToken);
    }

    private static async Task<string?> PromptAsync(
        Api api, RunId run, Question question, AnsweredQuestion answer, CancellationToken cancellationToken)
    {
        try
        {
            return await api.Reader.GetManifestAsync(run, cancellationToken) is { Protocol: { } protocol }
                ? ExactPrompt.Of(protocol, question, answer).Text
                : null;
        }
        catch (PromptException)
        {
            // The profile's template has no prompt for this question, which is why it could not be asked.
            return null;
        }
    }

    private static async Task<AnswerDetail> DetailAsync(
        Api api, RunSummary run, string id, bool byOrdinal, bool withPrompt, CancellationToken cancellationToken) =>
        await QuestionAsync(api, run, id, byOrdinal, cancellationToken) is var (ordinal, question)
        && await api.Reader.FindAnswerAsync(run, ordinal, cancellationToken) is { } answer
            ? new AnswerDetail(
                question, answer, withPrompt ? await PromptAsync(api, run.Run, question, answer, cancellationToken) : null)
            : throw Problem.UnknownQuestion(id);

    /// <summary>
    /// Finds the question by its id, or with <c>by=ordinal</c> by its position, which is unique even if several data sets use the id.
    /// </summary>
    private static async Task<(int Ordinal, Question Question)?> QuestionAsync(
        Api api, RunSummary run, string question, bool byOrdinal, CancellationToken cancellationToken)
    {
        if (!byOrdinal)
        {
            return await api.Reader.FindQuestionAsync(run, question, cancellationToken);
        }

        return int.TryParse(question, NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            && await api.Reader.GetQuestionAsync(run, ordinal, cancellationToken) is { } found
            ? (ordinal, found)
            : null;
    }

    private static double? AgreementBelow(ApiRequest request) => request.Query("agreementBelow") switch
    {
        null => null,
        var text
            when double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var most)
                && most is >= 0 and <= 1 => most,
        _ => throw Problem.BadParameter("agreementBelow", "must be a number from 0 to 1."),
    };

    private static MetadataFilter? Metadata(ApiRequest request) => request.Text("meta", MetadataFilter.MaxLength) switch
    {
        null => null,
        var text when MetadataFilter.TryParse(text, out var filter) => filter,
        _ => throw Problem.BadParameter(
            "meta", "must be a name and a value with a colon between them, difficulty:hard, or a JSON object of such texts."),
    };

    private static AnswerFilter Filter(ApiRequest request) => EnumNames.Find<AnswerFilter>(request.Query("filter")) ?? AnswerFilter.All;

    private static async Task WriteLinesAsync(Stream stream, IAsyncEnumerable<AnswerRow> answers, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>(2 * FlushAt);
        using var writer = new Utf8JsonWriter(lines);
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(writer, answer, WebJson.Default.AnswerRow);
            writer.Reset();
            lines.Write("\n"u8);
            if (lines.WrittenCount >= FlushAt)
            {
                await stream.WriteAsync(lines.WrittenMemory, cancellationToken);
                lines.ResetWrittenCount();
            }
        }

        await stream.WriteAsync(lines.WrittenMemory, cancellationToken);
    }

    private static async Task WriteTableAsync(
        Api api, RunId run, Stream stream, IAsyncEnumerable<AnswerRow> answers, CancellationToken cancellationToken)
    {
        var columns = AnswerTable.For(await api.Reader.GetManifestAsync(run, cancellationToken));
        var text = new StringBuilder(columns.Header);
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            text.Append(columns.LineOf(answer));
            if (text.Length >= FlushAt)
            {
                await FlushAsync();
            }
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
        }
    }
}
