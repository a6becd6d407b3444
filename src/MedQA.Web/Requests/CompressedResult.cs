using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace MedQA.Web.Requests;

/// <summary>
/// A response that is compressed if the client accepts it. Only GET responses are: they have no secrets (raters' links are in responses
/// to POST) and do not echo the request, so their length reveals nothing to an eavesdropper (the BREACH attack needs both). Not
/// compressed are events, which would be buffered; files with ranges and what people edit, whose strong tag identifies their exact
/// bytes; and formats that are compressed already.
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

    /// <summary>Returns the response of a route as it is sent.</summary>
    /// <param name="route">The route.</param>
    /// <param name="http">The request, whose response headers are set.</param>
    /// <param name="answer">The answer.</param>
    public static IResult Of(ApiRoute route, HttpRequest http, IResult answer)
    {
        var headers = http.HttpContext.Response.Headers;
        if (route.Method != HttpMethods.Get || route.Contract is null or { IsEdited: true } || headers.AcceptRanges.Count > 0)
        {
            return answer;
        }

        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        return answer is KeptResult { IsFinal: true } ? answer : new CompressedResult(answer);
    }

    /// <summary>Returns the coding in which a response is sent to a client; <see langword="null"/> for none.</summary>
    public static ICompressionProvider? CodingOf(HttpContext context) =>
        Provider.CheckRequestAcceptsCompression(context) ? Provider.GetCompressionProvider(context) : null;

    /// <inheritdoc/>
    public int? StatusCode => (answer as IStatusCodeHttpResult)?.StatusCode;

    /// <inheritdoc/>
    public string? ContentType => (answer as IContentTypeHttpResult)?.ContentType;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        new ResponseCompressionMiddleware(answer.ExecuteAsync, Provider).Invoke(httpContext);
}
