using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace MedQA.Testing.Loopback;

/// <summary>
/// A server of this process that speaks the OpenAI chat-completions protocol over TCP on 127.0.0.1, has faults as a script says, and keeps
/// account of what it generated and charges. Each word is a token.
/// </summary>
public sealed class LoopbackChatServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<LoopbackChatExchange> _exchanges = new();
    private readonly ConcurrentDictionary<string, int> _tries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly LoopbackChatScript _script;
    private readonly Task _accepting;
    private int _number;
    private int _running;
    private int _mostAtOnce;

    private LoopbackChatServer(LoopbackChatScript script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The base address: <c>http://127.0.0.1:PORT/v1/</c>.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1/");

    /// <summary>All requests that have ended, in the order in which they did.</summary>
    public IReadOnlyList<LoopbackChatExchange> Exchanges => [.. _exchanges];

    /// <summary>The most requests that were under way at the same time.</summary>
    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="script">What it does; at first it answers everything at once.</param>
    public static LoopbackChatServer Start(LoopbackChatScript? script = null) => new(script ?? new LoopbackChatScript());

    /// <summary>Returns the JSON of an <c>endpoint.json</c> that asks this server.</summary>
    /// <param name="more">Fields that follow, such as <c>"supports": {"n": true}</c>.</param>
    public string EndpointJson(string more = "") =>
        $$"""{"address": "{{Address}}", "model": "loopback", "contextLength": 100000{{(more.Length > 0 ? $", {more}" : "")}}}""";

    /// <summary>Ends all connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                var connection = ServeAsync(client);
                _connections[connection] = true;
                _ = connection.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server ends.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await using var stream = client.GetStream();
                while (await ReadAsync(stream) is { } received && await AnswerAsync(stream, received.Body, received.Credential))
                {
                    // The next request of the same connection.
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or the server ends.
        }
    }

    /// <summary>Reads a request; <see langword="null"/> if the connection has ended.</summary>
    private async Task<(byte[] Body, string? Credential)?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!EndsHead(head))
        {
            if (await stream.ReadAsync(one, _ending.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var headers = Encoding.Latin1.GetString([.. head]).Split("\r\n").Skip(1)
            .Select(static line => line.Split(": ", 2))
            .Where(static parts => parts.Length == 2)
            .ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _ending.Token);
        return (body, headers.TryGetValue("Authorization", out var bearer) ? bearer["Bearer ".Length..] : headers.GetValueOrDefault("api-key"));
    }

    private static bool EndsHead(List<byte> head) => head is [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'];

    private async Task<bool> AnswerAsync(NetworkStream stream, byte[] body, string? credential)
    {
        var at = Stopwatch.GetElapsedTime(_started);
        var running = Interlocked.Increment(ref _running);
        for (var most = MostAtOnce; running > most; most = MostAtOnce)
        {
            Interlocked.CompareExchange(ref _mostAtOnce, running, most);
        }

        var isRunning = true;
        void Ended()
        {
            if (isRunning)
            {
                isRunning = false;
                Interlocked.Decrement(ref _running);
            }
        }

        try
        {
            var text = Encoding.UTF8.GetString(body);
            var request = new LoopbackChatRequest(
                Interlocked.Increment(ref _number), _tries.AddOrUpdate(text, 1, static (_, tries) => tries + 1), JsonElement.Parse(text), credential);
            var fault = _script.Credential is { } wanted && wanted != credential ? ChatFault.RefusedKey : _script.FaultOf(request);
            var answer = LoopbackChatAnswer.Of(_script, request, fault);
            if (answer.Status == 200 && _script.Delay > TimeSpan.Zero)
            {
                await Task.Delay(_script.Delay, _ending.Token);
            }

            // What is charged is written down before the client can know of it, and room is made before the client can use it.
            _exchanges.Enqueue(new LoopbackChatExchange(request, fault, at, answer.PromptTokens, answer.CompletionTokens, answer.IsStated));
            if (answer.IsSilent)
            {
                // Until the client closes the connection.
                return await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, _ending.Token) > 0;
            }

            Ended();
            return await SendAsync(stream, answer);
        }
        finally
        {
            Ended();
        }
    }

    private async Task<bool> SendAsync(NetworkStream stream, LoopbackChatAnswer answer)
    {
        if (answer.CutAfter < 0)
        {
            return false;
        }

        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Loopback\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {answer.Body.Length}\r\n");
        foreach (var header in answer.Headers)
        {
            head.Append(header).Append("\r\n");
        }

        head.Append("\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()), _ending.Token);
        await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length), _ending.Token);
        return answer.CutAfter is null;
    }
}
