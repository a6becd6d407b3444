using System.Net;
using MedQA.Azurite;
using MedQA.Faults.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace MedQA.Faults.Tests.Breaking;

/// <summary>What a proxy does with a request.</summary>
internal enum Fault
{
    None,

    /// <summary>It is answered late.</summary>
    Delay,

    /// <summary>The connection breaks before the storage has it.</summary>
    Break,

    /// <summary>The storage has done it, and the connection breaks before the answer.</summary>
    LoseAnswer,

    /// <summary>429, 500 or 503 without doing it.</summary>
    Refuse,

    /// <summary>412 to a write with a condition, as when somebody else was quicker, without doing it.</summary>
    Condition,

    /// <summary>It is done twice: a message stands in the queue two times.</summary>
    Twice,

    /// <summary>A queue looks empty.</summary>
    Empty,
}

/// <summary>Stands in front of Azurite and breaks some of what passes, as networks and throttled accounts do; which of it is drawn by a seed.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private static readonly HashSet<string> HopByHop = new(["Connection", "Keep-Alive", "Transfer-Encoding", "Host", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromMinutes(1) };
    private readonly AzuritePorts _target;
    private readonly Random _random;
    private readonly double _share;
    private readonly Timeline _timeline;
    private readonly WebApplication _server;

    private FaultyProxy(AzuritePorts target, int seed, double share, Timeline timeline)
    {
        (_target, _random, _share, _timeline) = (target, new Random(seed), share, timeline);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.AllowSynchronousIO = false;
            foreach (var port in (int[])[Ports.Blob, Ports.Queue, Ports.Table])
            {
                options.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public AzuritePorts Ports { get; } = MedQA.Testing.FreePorts.Take();

    /// <summary>Starts one.</summary>
    /// <param name="target">Azurite's ports.</param>
    /// <param name="seed">Draws the faults.</param>
    /// <param name="share">The share of requests that something happens to, 0 to 1.</param>
    /// <param name="timeline">Is told of every fault.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FaultyProxy> StartAsync(AzuritePorts target, int seed, double share, Timeline timeline, CancellationToken cancellationToken)
    {
        var proxy = new FaultyProxy(target, seed, share, timeline);
        await proxy._server.StartAsync(cancellationToken);
        return proxy;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (fault, amount) = Draw(context.Request);
        if (fault != Fault.None)
        {
            _timeline.Note($"{fault}: {context.Request.Method} {context.Request.Path}{(context.Request.Query["comp"] is [{ } part] ? $" ({part})" : "")}");
        }

        switch (fault)
        {
            case Fault.Break:
                context.Abort();
                return;
            case Fault.Refuse:
                await RefuseAsync(context, new[] { 429, 500, 503 }[(int)(amount * 3)], "ServerBusy");
                return;
            case Fault.Condition:
                await RefuseAsync(context, StatusCodes.Status412PreconditionFailed, IsTable(context.Request) ? "UpdateConditionNotSatisfied" : "ConditionNotMet");
                return;
            case Fault.Empty:
                context.Response.ContentType = "application/xml";
                await context.Response.WriteAsync("<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList />", context.RequestAborted);
                return;
            case Fault.Delay:
                // The fault itself is the time that it takes.
                await Task.Delay(TimeSpan.FromSeconds(amount * 1.5), context.RequestAborted);
                break;
            default:
                break;
        }

        var body = await ReadAsync(context.Request);
        try
        {
            if (fault == Fault.Twice)
            {
                (await SendAsync(context, body)).Dispose();
            }

            using var answer = await SendAsync(context, body);
            if (fault == Fault.LoseAnswer)
            {
                context.Abort();
                return;
            }

            await PassAsync(answer, context);
        }
        catch (HttpRequestException)
        {
            // Azurite is down: who asks sees a broken connection, as without a proxy.
            context.Abort();
        }
    }

    private (Fault Fault, double Amount) Draw(HttpRequest request)
    {
        double draw, amount;
        int kind;
        lock (_random)
        {
            (draw, kind, amount) = (_random.NextDouble(), _random.Next(7), _random.NextDouble());
        }

        if (draw >= _share)
        {
            return (Fault.None, 0);
        }

        var isMessages = request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal);
        var fault = (Fault)(kind + 1) switch
        {
            Fault.Condition when !IsConditionalWrite(request) => Fault.Delay,
            Fault.Twice when !(isMessages && HttpMethods.IsPost(request.Method)) => Fault.LoseAnswer,
            Fault.Empty when !(isMessages && HttpMethods.IsGet(request.Method)) => Fault.Refuse,
            var drawn => drawn,
        };
        return (fault, amount);
    }

    private bool IsTable(HttpRequest request) => request.HttpContext.Connection.LocalPort == Ports.Table;

    private static bool IsConditionalWrite(HttpRequest request) => !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
        && ((request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != "*") || request.Headers.ContainsKey("x-ms-blob-condition-appendpos"));

    private async Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        var isTable = IsTable(context.Request);
        context.Response.ContentType = isTable ? "application/json" : "application/xml";
        await context.Response.WriteAsync(
            isTable
                ? "{\"odata.error\":{\"code\":\"" + code + "\",\"message\":{\"lang\":\"en-US\",\"value\":\"A fault that a test makes.\"}}}"
                : $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>A fault that a test makes.</Message></Error>",
            context.RequestAborted);
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context, byte[] body)
    {
        var local = context.Connection.LocalPort;
        var port = local == Ports.Blob ? _target.Blob : local == Ports.Queue ? _target.Queue : _target.Table;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://127.0.0.1:{port}{context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget}"));
        if (body.Length > 0 || context.Request.ContentLength is not null)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (!HopByHop.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, context.RequestAborted);
    }

    private static async Task PassAsync(HttpResponseMessage answer, HttpContext context)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!HopByHop.Contains(name))
            {
                context.Response.Headers.Append(name, values.ToArray());
            }
        }

        var content = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (content.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }
}
