using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.LocalHost.Azurite;

/// <summary>A connection to a keeper: as long as one is open, Azurite runs.</summary>
internal sealed class AzuriteConnection : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _reader;

    private readonly TimeSpan _endLimit;

    private AzuriteConnection(TcpClient client, StreamReader reader, AzuriteRecord record, TimeSpan endLimit)
    {
        _endLimit = endLimit;
        _client = client;
        _reader = reader;
        Record = record;
    }

    /// <summary>What the keeper said last.</summary>
    public AzuriteRecord Record { get; private set; }

    /// <summary>Connects to the keeper of a data folder; <see langword="null"/> where none listens there, or it keeps another folder.</summary>
    /// <param name="controlPort">Its control port.</param>
    /// <param name="options">Name the data folder. A copy of it does not share what is asked for here: whether the keeper sees a file that is made now.</param>
    /// <param name="cancellationToken">Gives up. A keeper answers only once Azurite's modules are loaded, which a crowded machine takes long for.</param>
    public static async Task<AzuriteConnection?> OpenAsync(int controlPort, AzuriteOptions options, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var path = Path.Combine(options.DataFolder, $"join-{name}");
        var client = new TcpClient();
        try
        {
            PrivateFiles.Open(path, FileShare.None).Dispose();
            await client.ConnectAsync(IPAddress.Loopback, controlPort, cancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{name}\n"), cancellationToken);
            var reader = new StreamReader(client.GetStream());
            if (await reader.ReadLineAsync(cancellationToken) is { } line && AzuriteRecord.Parse(line) is { Here: true } record)
            {
                return new AzuriteConnection(client, reader, record, options.EndLimit);
            }
        }
        catch (Exception exception) when (exception is SocketException || (exception is IOException && exception.InnerException is SocketException))
        {
            // Nobody, or not a keeper: the record is an old one.
        }
        catch
        {
            client.Dispose();
            throw;
        }
        finally
        {
            File.Delete(path);
        }

        client.Dispose();
        return null;
    }

    /// <summary>Waits until the services listen.</summary>
    /// <returns>Whether they do; not when the keeper ended first.</returns>
    public async Task<bool> UntilReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!Record.Ready)
            {
                if (await _reader.ReadLineAsync(cancellationToken) is not { } line)
                {
                    return false;
                }

                Record = AzuriteRecord.Parse(line) ?? Record;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Lets go of Azurite, and waits for its end if nobody else holds it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _client.Client.Shutdown(SocketShutdown.Send);
            using var limit = new CancellationTokenSource(_endLimit);
            while (await _reader.ReadLineAsync(limit.Token) is not null)
            {
                // Greetings; the end of the stream is the keeper's answer.
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // It is gone already, or saves more than we wait for: the next start waits for it.
        }

        _reader.Dispose();
        _client.Dispose();
    }
}
