using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>Answers a request.</summary>
/// <param name="api">What handlers work with.</param>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">The caller has gone.</param>
public delegate Task<IResult> ApiHandler(Api api, ApiRequest request, CancellationToken cancellationToken);

/// <summary>
/// A row of the route table. Hosts connect it to their triggers and call <see cref="AnswerAsync"/>; nothing about a route is said twice.
/// </summary>
/// <param name="Name">Names the operation in documents and in Azure: the function's name.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with placeholders, without a leading slash.</param>
/// <param name="Role">Who may call it.</param>
/// <param name="Summary">What it does, for people.</param>
/// <param name="Handler">What answers.</param>
public sealed record ApiRoute(string Name, string Method, string Path, ApiRole Role, string Summary, ApiHandler Handler)
{
    /// <summary>What it takes and answers with; <see langword="null"/> for a route that is no part of the interface.</summary>
    public ApiContract? Contract { get; init; }

    /// <summary>The methods that reach it: whoever may GET may also ask for the headers of that answer alone.</summary>
    public ImmutableArray<string> Methods => Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [Method];

    /// <summary>
    /// Whether it changes something. Such a route examines no conditions of callers, and does nothing for those who set some.
    /// </summary>
    public bool IsChange => Method != HttpMethods.Get;

    /// <summary>Answers a request: with the handler's result, or with problem details. Sets the headers that every answer has.</summary>
    public async Task<IResult> AnswerAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(request);
        var headers = request.Http.HttpContext.Response.Headers;
        SetHeaders(headers);
        try
        {
            Contract?.Check(request.Http.Query);
            if (Contract is { MediaTypes: { IsEmpty: false } types })
            {
                Negotiation.Choose(request.Http, types.AsSpan());
            }

            // The one place that lets raters in: no handler of theirs is called without.
            var asked = Role == ApiRole.Rater
                ? request with { Rater = await RaterAccess.OpenAsync(api, request.Http, cancellationToken) }
                : request;
            if (IsChange && Conditional.UnexaminedOf(request.Http.Headers) is { } condition)
            {
                throw Problem.Precondition(condition);
            }

            var answer = await Handler(api, asked, cancellationToken);
            if (IsChange)
            {
                await api.SaveAsync(cancellationToken);
            }
            else
            {
                answer = await Conditional.ExamineAsync(request.Http, answer);
            }

            return CompressedResult.Of(this, request.Http, answer);
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested && (exception is ProblemException || !api.ThrowsFaults))
        {
            return Fault(request.Http.HttpContext, exception);
        }
    }

    /// <summary>What the caller gets in place of an answer that a fault has ended before its first byte.</summary>
    /// <param name="context">The request. What its answer's headers say so far is not true of the problem.</param>
    /// <param name="fault">The fault. One that nobody has thought of is logged.</param>
    internal static IResult Fault(HttpContext context, Exception fault)
    {
        SetHeaders(context.Response.Headers);
        foreach (var header in (string[])[
            HeaderNames.ETag,
            HeaderNames.ContentDisposition,
            HeaderNames.ContentLength,
            HeaderNames.ContentEncoding,
            HeaderNames.ContentRange,
            HeaderNames.AcceptRanges
        ])
        {
            context.Response.Headers.Remove(header);
        }

        if (fault is ProblemException { FileLength: { } length })
        {
            context.Response.Headers.ContentRange = new ContentRangeHeaderValue(length).ToString();
        }

        if (ProblemOf(fault) is { } problem)
        {
            return problem;
        }

        context.RequestServices?.GetService<ILoggerFactory>()?.CreateLogger<ApiRoute>()
            .RequestFailed(FaultText.Of(fault));
        return Problem.Of(
            StatusCodes.Status500InternalServerError,
            "fault",
            "Internal error",
            "The request failed because of an error in the service. See the service's log.");
    }

    /// <summary>What the caller is told of a fault, or <see langword="null"/> for one that nobody has thought of.</summary>
    private static IResult? ProblemOf(Exception fault) => fault switch
    {
        ProblemException exception => exception.Problem,
        InputException exception => Problem.Of(exception).Problem,
        BadHttpRequestException exception => Problem.Unreadable(exception.StatusCode, exception.Message).Problem,
        StorageFullException => Problem.Of(
            StatusCodes.Status503ServiceUnavailable,
            "storage",
            "The storage is full",
            "The storage's disk is full. Try again after freeing space."),
        _ when StorageFault.Describe(fault) is { } refusal =>
            Problem.Of(
                StatusCodes.Status503ServiceUnavailable,
                "storage",
                "The storage refused the request",
                $"{refusal} Try again later."),
        FaultException or InvalidDataException =>
            Problem.Of(StatusCodes.Status500InternalServerError, "damaged", "Stored data is damaged", FaultText.MessageOf(fault)),
        _ when StorageConnection.IsUnreachable(fault) =>
            Problem.Of(
                StatusCodes.Status503ServiceUnavailable,
                "storage",
                "Storage unavailable",
                "The storage cannot be reached. Try again later."),
        _ => null,
    };

    /// <summary>Sets the headers that every answer has, whoever gives it.</summary>
    public static void SetHeaders(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
