using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MedQA.Pipeline.Notifying;

namespace MedQA.Pipeline.Tests.Notifying;

/// <summary>A request that came.</summary>
internal sealed record Received(string Path, string Id, long Timestamp, string Signature, byte[] Body, string? ContentType);

/// <summary>An HTTP server that takes notices, on a port of its own.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public Receiver(string host = "127.0.0.1")
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = new Uri($"http://{host}:{((IPEndPoint)free.LocalEndpoint).Port}/notices");
        }

        _listener.Prefixes.Add(Url.GetLeftPart(UriPartial.Authority) + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url { get; }

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>How a request is answered, after it was noted.</summary>
    public Func<HttpListenerResponse, Task> Answer { get; set; } = static _ => Task.CompletedTask;

    public NoticeOptions Options(params byte[][] keys) => new()
    {
        Addresses = [new NoticeAddress("team", Url)],
        Secrets = [.. (keys.Length == 0 ? [Key] : keys).Select(static key => (System.Collections.Immutable.ImmutableArray<byte>)[.. key])],
    };

    public static byte[] Key { get; } = [.. Enumerable.Range(1, 32).Select(static value => (byte)value)];

    public void Answers(int status, string? header = null, string? value = null) => Answer = response =>
    {
        response.StatusCode = status;
        if (header is not null)
        {
            response.AddHeader(header, value!);
        }

        return Task.CompletedTask;
    };

    public void Dispose()
    {
        _listener.Close();
        _serving.Wait();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        Requests.Enqueue(new Received(
            context.Request.Url!.AbsolutePath,
            context.Request.Headers["webhook-id"]!,
            long.Parse(context.Request.Headers["webhook-timestamp"]!, System.Globalization.CultureInfo.InvariantCulture),
            context.Request.Headers["webhook-signature"]!,
            body.ToArray(),
            context.Request.ContentType));
        try
        {
            await Answer(context.Response);
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The sender did not wait.
        }
    }
}
