using Azure;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Rating;
using MedQA.Pipeline.Reading;
using MedQA.Pipeline.Storage;
using MedQA.Web.Access;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Routing;

/// <summary>Answers a request.</summary>
/// <param name="api">What handlers work with.</param>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">The caller has gone.</param>
public delegate Task<IResult> ApiHandler(Api api, ApiRequest request, CancellationToken cancellationToken);

/// <summary>A row of the route table. Hosts connect it to their triggers and call <see cref="AnswerAsync"/>; nothing about a route is said twice.</summary>
/// <param name="Name">Names the operation in documents and in Azure: the function's name.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with placeholders, without a leading slash.</param>
/// <param name="Role">Who may call it.</param>
/// <param name="Summary">What it does, for people.</param>
/// <param name="Handler">What answers.</param>
public sealed record ApiRoute(string Name, string Method, string Path, ApiRole Role, string Summary, ApiHandler Handler)
{
    /// <summary>What it takes and answers with; <see langword="null"/> for a route that is no part of the interface.</summary>
    public ApiContract? Contract => ApiContracts.Find(Name);

    /// <summary>Answers a request: with the handler's result, or with problem details. Sets the headers that every answer has.</summary>
    public async Task<IResult> AnswerAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(request);
        SetHeaders(request.Http.HttpContext.Response.Headers);
        try
        {
            if (Contract is { MediaTypes: { IsEmpty: false } types })
            {
                Negotiation.Choose(request.Http, types.AsSpan());
            }

            // The one place that lets raters in: no handler of theirs is called without.
            return await Handler(api, Role == ApiRole.Rater ? request with { Rater = await RaterAccess.OpenAsync(api, request.Http, cancellationToken) } : request, cancellationToken);
        }
        catch (ProblemException exception)
        {
            return exception.Problem;
        }
        catch (ContinuationException exception)
        {
            return Problem.BadParameter("continuation", exception.Message).Problem;
        }
        catch (ProfileException exception)
        {
            return Problem.BadParameter("profile", exception.Message).Problem;
        }
        catch (StudyException exception)
        {
            return Problem.BadBody(exception.Field, exception.Message).Problem;
        }
        catch (QuestionSetException exception)
        {
            return Problem.NoQuestionSet(exception.Sentence, exception.Line).Problem;
        }
        catch (BadHttpRequestException exception)
        {
            return Problem.Of(exception.StatusCode, "bad-request", "The request cannot be read", exception.Message);
        }
        catch (StorageFullException exception)
        {
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "storage", "The storage is full", $"{exception.Fact}. Try again when there is room.");
        }
        catch (RequestFailedException exception)
        {
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "storage", "The storage does not answer as it should", $"The storage answered with status {exception.Status} ({exception.ErrorCode ?? "no code"}). Try again later.");
        }
        catch (Exception exception) when (exception is InvalidDataException or NewerFormatException)
        {
            return Problem.Of(StatusCodes.Status500InternalServerError, "damaged", "What is stored cannot be read", exception.Message);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(static inner => inner is RequestFailedException or TaskCanceledException))
        {
            // What the storage's client throws once it has given up trying again.
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "storage", "The storage does not answer", "The storage cannot be reached. Try again later.");
        }
    }

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
