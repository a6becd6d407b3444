using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MedQA.Infrastructure.Tests.Hosting;

/// <summary>A small HTTP server on this machine that plays a service for a script.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private const int MaxTries = 20;

    private readonly HttpListener _listener;
    private readonly Func<HttpListenerRequest, Reply> _answer;

    /// <summary>Starts one. It answers one request after the other.</summary>
    public LoopbackServer(Func<HttpListenerRequest, Reply> answer)
    {
        _answer = answer;
        (_listener, Address) = Listen();
        _ = AnswerAsync();
    }

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    /// <summary>A port that is free when it is asked for can be another's a moment later: then the next one is tried.</summary>
    private static (HttpListener Listener, string Address) Listen()
    {
        for (var tries = 1; ; tries++)
        {
            var address = $"http://127.0.0.1:{FreePort()}";
            var listener = new HttpListener();
            listener.Prefixes.Add(address + "/");
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (tries < MaxTries)
            {
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            HttpListenerContext call;
            try
            {
                call = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await call.Request.InputStream.CopyToAsync(Stream.Null, CancellationToken.None);
            var reply = _answer(call.Request);
            call.Response.StatusCode = reply.Status;
            if (reply.Location is { } location)
            {
                call.Response.RedirectLocation = location;
            }

            await call.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply.Body), CancellationToken.None);
            call.Response.Close();
        }
    }
}
