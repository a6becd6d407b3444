using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Azurite;

/// <summary>A connection to a keeper: as long as one is open, Azurite runs.</summary>
internal sealed class AzuriteConnection : IAsyncDisposable
{
    private static readonly byte[] Save = "save\n"u8.ToArray();

    private readonly TcpClient _client;
    private readonly StreamReader _reader;
    private readonly TimeSpan _endLimit;
    private readonly CancellationTokenSource _lost = new();
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource<string?>> _saves = new();
    private Task? _listening;
    private bool _letGo;

    private AzuriteConnection(TcpClient client, StreamReader reader, AzuriteRecord record, TimeSpan endLimit)
    {
        _endLimit = endLimit;
        _client = client;
        _reader = reader;
        Record = record;
    }

    /// <summary>What the keeper said last.</summary>
    public AzuriteRecord Record { get; private set; }

    /// <summary>
    /// Connects to the keeper of a data folder; <see langword="null"/> where none listens there, or it keeps another folder.
    /// </summary>
    /// <param name="controlPort">Its control port.</param>
    /// <param name="options">Name the data folder. A copy of it does not share what is asked for here: whether the keeper sees a file that
    /// is made now.</param>
    /// <param name="cancellationToken">Gives up. A keeper answers only once Azurite's modules are loaded, which a crowded machine takes
    /// long for.</param>
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
        catch (Exception exception)
            when (exception is SocketException || (exception is IOException && exception.InnerException is SocketException))
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

    /// <summary>Is cancelled when the keeper ends while this connection is held.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Waits until everything that the services have acknowledged is in files. The services listen.</summary>
    /// <exception cref="IOException">It could not be written, or the keeper has ended.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var save = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lost.IsCancellationRequested)
            {
                save.SetResult(null);
            }
            else
            {
                // Answers come in the order of the requests.
                _saves.Enqueue(save);
                _client.GetStream().Write(Save);
            }
        }

        var answer = await save.Task.WaitAsync(cancellationToken);
        if (answer != "saved")
        {
            throw new IOException(answer is null
                ? "The process that keeps what is stored has ended."
                : $"What is stored in {Record.Data} could not be written down; azurite.log in that folder says why.");
        }
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

            _listening = ListenAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Lets go of Azurite: waits until what was stored is written down and, if nobody else holds it, for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        _letGo = true;
        try
        {
            _client.Client.Shutdown(SocketShutdown.Send);
            await (_listening ?? ListenAsync()).WaitAsync(_endLimit);
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            // It is gone already, or saves more than we wait for: the next start waits for it.
        }

        _client.Dispose();
        if (_listening is not null)
        {
            await _listening;
        }

        _reader.Dispose();
        _lost.Dispose();
    }

    /// <summary>Takes the keeper's answers until its end.</summary>
    private async Task ListenAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
            {
                // What is no answer is a greeting, which comes again when the services listen.
                if (!line.StartsWith('{'))
                {
                    lock (_lock)
                    {
                        _saves.Dequeue().SetResult(line);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // It was killed, or this side does not wait any longer.
        }

        if (!_letGo)
        {
            await _lost.CancelAsync();
        }

        lock (_lock)
        {
            while (_saves.TryDequeue(out var save))
            {
                save.SetResult(null);
            }
        }
    }
}
