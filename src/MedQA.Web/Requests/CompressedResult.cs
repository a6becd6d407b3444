using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>
/// An answer that is sent compressed to whoever takes it so. Only what is read (GET) is: no such answer has a secret in it (links of raters
/// come in answers to POST), and none repeats what the request said, so its length tells nobody on the way anything (the attack that is
/// called BREACH needs both). Left as they are: events, which would be held back; files with parts, whose strong tag stands for their very
/// bytes; and what is compressed in itself.
/// </summary>
/// <param name="answer">The answer.</param>
internal sealed class CompressedResult(IResult answer) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    private static readonly IResponseCompressionProvider Provider = new ServiceCollection()
        .AddLogging()
        .AddResponseCompression(static options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes =
                ["application/json", Negotiation.Sections, "application/x-ndjson", "text/csv", "text/html", "text/markdown"];
        })
        .BuildServiceProvider()
        .GetRequiredService<IResponseCompressionProvider>();

    /// <summary>The answer of a route as it is sent.</summary>
    /// <param name="route">The route.</param>
    /// <param name="http">The request, whose answer has its headers.</param>
    /// <param name="answer">The answer.</param>
    public static IResult Of(ApiRoute route, HttpRequest http, IResult answer)
    {
        var headers = http.HttpContext.Response.Headers;
        if (route.Method != HttpMethods.Get || route.Contract is null || headers.AcceptRanges.Count > 0)
        {
            return answer;
        }

        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        return new CompressedResult(answer);
    }

    /// <inheritdoc/>
    public int? StatusCode => (answer as IStatusCodeHttpResult)?.StatusCode;

    /// <inheritdoc/>
    public string? ContentType => (answer as IContentTypeHttpResult)?.ContentType;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        new ResponseCompressionMiddleware(answer.ExecuteAsync, Provider).Invoke(httpContext);
}
