using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MedQA.Web.Contracts;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace MedQA.Cli.Hosting;

/// <summary>
/// Answers requests that the web server itself rejects with problem details: invalid HTTP, addresses or headers that are too long, and
/// requests that never end. No middleware sees them, and the server's own answer has neither a body nor the usual headers. The server
/// raises a diagnostic event before it writes that answer.
/// </summary>
internal static class RefusedRequests
{
    private const string RefusedEvent = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Configures the connections of a server.</summary>
    public static void AnswerRefusedRequests(this KestrelServerOptions server) => server.ConfigureEndpointDefaults(static endpoint =>
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(static next => async connection =>
        {
            var transport = connection.Transport;
            var output = new RefusingOutput(transport.Output);
            connection.Features.Set(output);
            connection.Transport = new Duplex(transport.Input, output);
            try
            {
                await next(connection);
            }
            finally
            {
                connection.Transport = transport;
            }
        });
    });

    /// <summary>Listens for rejected requests until the host stops.</summary>
    public static void AnswerRefusedRequests(this WebApplication application)
    {
        var limits = application.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<KestrelServerOptions>>().Value.Limits;
        _ = application.Services.GetRequiredService<DiagnosticListener>()
            .Subscribe(new Listener(limits), static name => name == RefusedEvent);
    }

    private static byte[] AnswerTo(IHttpResponseFeature refused, string method, KestrelServerLimits limits)
    {
        var (status, headers) = (refused.StatusCode, (IHeaderDictionary)new HeaderDictionary());
        var (kind, title, sentence) = status switch
        {
            StatusCodes.Status414UriTooLong =>
                ("address-too-long", "The address is too long", "The first line of a request may have at most "
                    + $"{limits.MaxRequestLineSize:#,0} bytes."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge =>
                ("headers-too-large", "The headers are too large", $"A request may have at most {limits.MaxRequestHeaderCount} headers "
                    + $"and {limits.MaxRequestHeadersTotalSize:#,0} bytes of them."),
            StatusCodes.Status408RequestTimeout =>
                ("too-slow", "The request did not end in time", "The headers of a request must arrive within "
                    + $"{limits.RequestHeadersTimeout.TotalSeconds:0} seconds."),
            StatusCodes.Status405MethodNotAllowed =>
                ("method", "Method not allowed", $"This path supports {refused.Headers.Allow}, not {method}."),
            StatusCodes.Status505HttpVersionNotsupported =>
                ("http-version", "Unsupported HTTP version", "Send the request as HTTP/1.1."),
            _ => ("bad-request", "The request cannot be read", "It is not a valid HTTP/1.1 request (RFC 9112). Check its first line, its "
                + "Host header and its length."),
        };
        ApiRoute.SetHeaders(headers);
        headers.Allow = refused.Headers.Allow;
        var details = new ProblemDetails { Type = $"urn:medqa:{kind}", Title = title, Status = status, Detail = sentence };
        var body = JsonSerializer.SerializeToUtf8Bytes(details, WebJson.Readable.ProblemDetails);
        headers.ContentType = "application/problem+json";
        headers.ContentLength = body.Length;
        headers.Date = refused.Headers.Date;
        headers.Connection = "close";
        var head = new StringBuilder($"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\n");
        foreach (var (name, values) in headers.Where(static header => header.Value.Count > 0))
        {
            head.Append(name).Append(": ").Append(values).Append("\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. HttpMethods.IsHead(method) ? [] : body];
    }

    private sealed class Listener(KestrelServerLimits limits) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            // An answer that has begun cannot be replaced.
            if (value is { Key: RefusedEvent, Value: IFeatureCollection request }
                && request.Get<RefusingOutput>() is { } output
                && request.Get<IHttpResponseFeature>() is { HasStarted: false } response)
            {
                output.Refuse(AnswerTo(response, request.Get<IHttpRequestFeature>()?.Method ?? "", limits));
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed record Duplex(
        System.IO.Pipelines.PipeReader Input, System.IO.Pipelines.PipeWriter Output) : System.IO.Pipelines.IDuplexPipe;
}
