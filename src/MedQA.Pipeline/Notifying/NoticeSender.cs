using System.Globalization;
using System.Net.Http.Headers;

namespace MedQA.Pipeline.Notifying;

/// <summary>
/// Sends signed notices as Standard Webhooks asks for. Follows no redirect, and reads nothing of an answer but its status and headers.
/// </summary>
public sealed class NoticeSender : IDisposable
{
    /// <summary>How long a receiver has to answer.</summary>
    internal static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    private readonly NoticeOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    /// <summary>Sends to the addresses of the operator.</summary>
    /// <param name="options">The addresses, and the keys of the signatures.</param>
    /// <param name="time">The clock.</param>
    public NoticeSender(NoticeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_options, _time) = (options, time);
        _http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxResponseHeadersLength = 16,
                ActivityHeadersPropagator = null,
            });
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a notice once.</summary>
    /// <param name="address">The receiver.</param>
    /// <param name="id">The notice's id, the same for every try.</param>
    /// <param name="body">Its body.</param>
    /// <param name="cancellationToken">Cancels the try.</param>
    internal async Task<NoticeAnswer> SendAsync(
        NoticeAddress address, string id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, address.Url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("MedQA", null));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(id, now.ToUnixTimeSeconds(), body.Span, _options.Secrets));
        using var limit = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Without a client there is no buffering: what follows the headers is never read.
            using var response = await _http.SendAsync(request, either.Token);
            return new NoticeAnswer((int)response.StatusCode, RetryAfter: response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - now,
                _ => null,
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new NoticeAnswer(null, $"The receiver did not answer within {AnswerWithin.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException exception)
        {
            return new NoticeAnswer(null, exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "The receiver's host name was not found.",
                HttpRequestError.ConnectionError => "The receiver could not be reached.",
                HttpRequestError.SecureConnectionError => "No secure connection to the receiver: check its certificate.",
                _ => "The receiver's answer is not HTTP, or the connection was cut.",
            });
        }
    }
}
