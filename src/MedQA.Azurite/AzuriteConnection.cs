using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MedQA.Files;

namespace MedQA.Azurite;

/// <summary>A connection to a keeper. Azurite runs as long as one is open.</summary>
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

    /// <summary>The keeper's last message.</summary>
    public AzuriteRecord Record { get; private set; }

    /// <summary>
    /// Connects to the keeper of a data folder; returns <see langword="null"/> if none listens, or it serves another folder.
    /// </summary>
    /// <param name="controlPort">Its control port.</param>
    /// <param name="options">
    /// The options with the data folder. To exclude copies of the folder, the keeper must see a file that is created now.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancels the wait. A keeper answers only after loading Azurite's modules, which takes long on a busy machine.
    /// </param>
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
            // No process, or no keeper, listens: the record is stale.
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

    /// <summary>Cancelled when the keeper ends while this connection is open.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Waits until all acknowledged writes are saved to files. The services must be listening.</summary>
    /// <exception cref="IOException">The writes could not be saved, or the keeper has ended.</exception>
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
                // Answers arrive in the order of the requests.
                _saves.Enqueue(save);
                _client.GetStream().Write(Save);
            }
        }

        var answer = await save.Task.WaitAsync(cancellationToken);
        if (answer != "saved")
        {
            throw new IOException(answer is null
                ? "The storage process has ended."
                : $"The data in {Record.Data} could not be saved; see azurite.log in that folder.");
        }
    }

    /// <summary>Waits until the services listen.</summary>
    /// <returns><see langword="true"/> if they listen; <see langword="false"/> if the keeper ended first.</returns>
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

    /// <summary>Releases Azurite: waits until all data is saved and, if this was the last user, for its end.</summary>
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
            // It has ended already, or saving takes too long; the next start waits for it.
        }

        _client.Dispose();
        if (_listening is not null)
        {
            await _listening;
        }

        _reader.Dispose();
        _lost.Dispose();
    }

    /// <summary>Receives the keeper's answers until it ends.</summary>
    private async Task ListenAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
            {
                // Other messages are greetings; one is sent again when the services listen.
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
            // It was killed, or this side stopped waiting.
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
