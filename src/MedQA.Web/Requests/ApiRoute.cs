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
/// <param name="api">The services that handlers use.</param>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">Cancels the request.</param>
public delegate Task<IResult> ApiHandler(Api api, ApiRequest request, CancellationToken cancellationToken);

/// <summary>
/// A row of the route table. Hosts map it to their triggers and call <see cref="AnswerAsync"/>.
/// </summary>
/// <param name="Name">The operation's id in the OpenAPI document, and the function's name in Azure.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with placeholders, without a leading slash.</param>
/// <param name="Role">The required role.</param>
/// <param name="Summary">Its description.</param>
/// <param name="Handler">Its handler.</param>
public sealed record ApiRoute(string Name, string Method, string Path, ApiRole Role, string Summary, ApiHandler Handler)
{
    /// <summary>Its contract; <see langword="null"/> for a route that is not part of the API.</summary>
    public ApiContract? Contract { get; init; }

    /// <summary>The supported methods: GET implies HEAD.</summary>
    public ImmutableArray<string> Methods => Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [Method];

    /// <summary>
    /// Whether it changes something. Such a route refuses requests that set a condition, except <c>If-Match</c> where its contract says
    /// that it takes it (<see cref="ApiContract.IsEdited"/>).
    /// </summary>
    public bool IsChange => Method != HttpMethods.Get;

    /// <summary>Whether a change is stored, and so must survive a crash before it is acknowledged.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Answers a request with the handler's result or with problem details, and sets the common headers.</summary>
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

            // The only place that authenticates raters; no rater handler is called without it.
            var asked = Role == ApiRole.Rater
                ? request with { Rater = await RaterAccess.OpenAsync(api, request.Http, cancellationToken) }
                : request;
            if (IsChange && Conditional.UnexaminedOf(request.Http.Headers, Contract?.IsEdited == true) is { } condition)
            {
                throw Problem.Precondition(condition);
            }

            var answer = await Handler(api, asked, cancellationToken);
            if (IsChange)
            {
                await (IsStored ? api.SaveAsync(cancellationToken) : Task.CompletedTask);
            }
            else
            {
                answer = await Conditional.ExamineAsync(request.Http, answer);
            }

            return CompressedResult.Of(this, request.Http, answer);
        }
        catch (Exception exception)
            when (!HasEnded(exception) && (exception is ProblemException || !api.ThrowsFaults))
        {
            return Fault(request.Http.HttpContext, exception);
        }
        catch (Exception exception)
            when (!api.ThrowsFaults && HasEnded(exception)
                && exception is ProblemException or OperationCanceledException or IOException)
        {
            // The caller has left within the request, or the service is stopping: nobody is there to read an answer, and nothing is wrong.
            request.Http.HttpContext.Abort();
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }

        // What several callers wait for is read under the service's own token, not under one of theirs.
        bool HasEnded(Exception exception) =>
            cancellationToken.IsCancellationRequested
            || (exception is OperationCanceledException && api.Stopping.IsCancellationRequested);
    }

    /// <summary>Returns the problem for a request that failed before its first byte was sent.</summary>
    /// <param name="context">The request, whose response headers are reset for the problem.</param>
    /// <param name="fault">The fault. An unexpected one is logged.</param>
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

    /// <summary>Returns the problem for an expected fault, or <see langword="null"/> for an unexpected one.</summary>
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

    /// <summary>Sets the headers common to all responses.</summary>
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
