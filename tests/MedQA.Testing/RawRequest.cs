using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MedQA.Testing;

/// <summary>Requests that no client of HTTP would send: each byte goes over the wire as it is written.</summary>
public static class RawRequest
{
    /// <summary>Sends bytes (Latin-1) and reads all that comes, until the server ends the connection.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="text">The bytes.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<RawAnswer> SendAsync(Uri server, string text, CancellationToken cancellationToken) =>
        new(await SendAsync(server, text, isAll: false, cancellationToken));

    /// <summary>Sends bytes (Latin-1), says that no more will come, and reads what the server says to that.</summary>
    /// <param name="server">Where the server listens.</param>
    /// <param name="text">The bytes: the beginning of a request.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns><see langword="null"/> where it says nothing, or ends the connection at once.</returns>
    public static async Task<RawAnswer?> SendHalfAsync(Uri server, string text, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(server, text, isAll: true, cancellationToken) is { Length: > 0 } answer ? new RawAnswer(answer) : null;
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return null;
        }
    }

    private static async Task<string> SendAsync(Uri server, string text, bool isAll, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, cancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellationToken);
        if (isAll)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}

/// <summary>What a server sent: one answer or more, as they came.</summary>
/// <param name="Text">All of it.</param>
public sealed record RawAnswer(string Text)
{
    /// <summary>The status of the first answer.</summary>
    public int Status => Text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(Text.AsSpan(9, 3)) : throw new InvalidOperationException($"This is no answer: {Text}");

    /// <summary>The first answer's headers.</summary>
    public string[] Headers => Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n")[1..];

    /// <summary>What follows the first answer's headers.</summary>
    public string Body => Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
