using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Evaluation;

namespace MedQA.Cli.Hub;

/// <summary>
/// A client for the Hugging Face hub. It follows redirects itself, so that the token is sent only to the hub, and https never redirects to
/// http.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 5;
    private const int MaxPages = 1_000;
    private const int MaxFiles = 100_000;
    private const int MaxAnswerLength = 64 << 20;
    private const int MaxWaits = 3;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly Uri _hub;
    private readonly string? _token;
    private readonly HubPatience _patience;
    private readonly TimeProvider _time;
    private readonly Action<string> _progress;

    /// <param name="hub">The hub's address.</param>
    /// <param name="token">The token for it, or <see langword="null"/>.</param>
    /// <param name="patience">The time limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Receives progress messages.</param>
    public HubClient(Uri hub, string? token, HubPatience patience, TimeProvider time, Action<string> progress)
    {
        _hub = hub.AbsoluteUri.EndsWith('/') ? hub : new Uri(hub.AbsoluteUri + "/");
        _token = token;
        _patience = patience;
        _time = time;
        _progress = progress;
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = ConnectLimit })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("medqa");
    }

    /// <summary>The hub's display address.</summary>
    public string Address => _hub.AbsoluteUri.TrimEnd('/');

    /// <summary>Returns the commit of a revision.</summary>
    /// <exception cref="UnusableException">The hub's answer is unusable.</exception>
    public async Task<string> CommitAsync(HubModel model, CancellationToken cancellationToken)
    {
        var address = new Uri(_hub, $"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}");
        var (revision, _) = await ReadAsync(model, address, HubJson.Default.HubRevision, cancellationToken);
        return revision.Sha is { Length: 40 } commit && commit.All(char.IsAsciiHexDigitLower)
            ? commit
            : throw new UnusableException($"{Address} does not say which commit of {model.Repository} {model.Revision} is. Is it a hub?");
    }

    /// <summary>Returns all files of a commit.</summary>
    /// <exception cref="UnusableException">The hub's answer is unusable.</exception>
    public async Task<IReadOnlyList<HubFile>> FilesAsync(HubModel model, string commit, CancellationToken cancellationToken)
    {
        var files = new List<HubFile>();
        Uri? page = new(_hub, $"api/models/{model.Repository}/tree/{commit}?recursive=true");
        for (var pages = 0; page is not null; pages++)
        {
            if (pages == MaxPages || files.Count > MaxFiles)
            {
                throw new UnusableException($"{model.Repository} has too many files for a model.");
            }

            (var entries, page) = await ReadAsync(model, page, HubJson.Default.Entries, cancellationToken);
            files.AddRange(entries.OfType<HubEntry>().Where(static entry => entry.Type == "file").Select(HubFile.Of));
        }

        return files;
    }

    /// <summary>Opens a file's content from an offset.</summary>
    /// <param name="model">The model.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="file">The file.</param>
    /// <param name="from">The offset.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>
    /// The answer, and the offset of its content: <paramref name="from"/>, or 0 if the server does not support ranges.
    /// </returns>
    /// <exception cref="UnusableException">The hub refuses.</exception>
    /// <exception cref="CutConnectionException">The connection is cut.</exception>
    public async Task<(HttpResponseMessage Answer, long From)> OpenAsync(
        HubModel model, string commit, HubFile file, long from, CancellationToken cancellationToken)
    {
        var path = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        var address = new Uri(_hub, $"{model.Repository}/resolve/{commit}/{path}");
        var answer = await SendAsync(model, address, from, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && from > 0)
        {
            // The partial file cannot be continued, so the whole file is requested.
            answer.Dispose();
            answer = await SendAsync(model, address, from: 0, cancellationToken);
        }

        if (answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From is { } start && start == from)
        {
            return (answer, from);
        }

        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return (answer, 0);
        }

        answer.Dispose();
        throw new UnusableException(
            $"{Address} answered a request for {file.Path} from byte {from:N0} with another range (status {(int)answer.StatusCode}).");
    }

    /// <summary>Reads the next bytes of an answer.</summary>
    /// <exception cref="CutConnectionException">The connection is cut, or no data arrives.</exception>
    public Task<int> ReadAsync(Stream content, Memory<byte> buffer, CancellationToken cancellationToken) =>
        WithinSilenceAsync(cancel => content.ReadAsync(buffer, cancel).AsTask(), cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<(T Value, Uri? Next)> ReadAsync<T>(
        HubModel model, Uri address, JsonTypeInfo<T> form, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await SendAsync(model, address, from: 0, cancellationToken);
            using var buffer = new MemoryStream();
            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var part = new byte[1 << 16];
            for (int read; (read = await ReadAsync(content, part, cancellationToken)) > 0;)
            {
                buffer.Write(part, 0, read);
                if (buffer.Length > MaxAnswerLength)
                {
                    throw new UnusableException($"{address} answered with more than {MaxAnswerLength >> 20} MiB. Is {Address} a hub?");
                }
            }

            var value = JsonSerializer.Deserialize(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), form)
                ?? throw new UnusableException($"{address} answered with nothing. Is {Address} a hub?");
            return (value, Next(answer, address));
        }
        catch (JsonException exception)
        {
            throw new UnusableException($"{address} answered in an unknown format. Is {Address} a hub?", exception);
        }
        catch (CutConnectionException exception)
        {
            throw Unreachable(exception);
        }
    }

    /// <summary>Waits before a cut connection is retried, longer each time.</summary>
    public Task PauseAsync(int cuts, CancellationToken cancellationToken) =>
        Task.Delay(_patience.Pause * (1 << Math.Max(0, cuts - 1)), _time, cancellationToken);

    /// <summary>Creates the exception for an unreachable hub.</summary>
    public UnusableException Unreachable(CutConnectionException exception) =>
        new($"{Address} cannot be reached ({exception.Message}). Check the connection, a proxy (HTTPS_PROXY) and HF_ENDPOINT, "
            + "and run the command again.", exception);

    /// <summary>
    /// Returns the next page. Uses only the query of the Link header, so that this hub is asked: mirrors forward links to the original.
    /// </summary>
    private static Uri? Next(HttpResponseMessage answer, Uri address)
    {
        if (!answer.Headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        foreach (var link in links.SelectMany(static line => line.Split(',')))
        {
            var (open, close) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
            if (open < 0 || close < open
                || !link[close..].Replace("\"", "", StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            return Uri.TryCreate(address, link[(open + 1)..close], out var next)
                ? new UriBuilder(address) { Query = next.Query }.Uri
                : null;
        }

        return null;
    }

    private async Task<HttpResponseMessage> SendAsync(HubModel model, Uri address, long from, CancellationToken cancellationToken)
    {
        var waits = 0;
        for (var redirects = 0; redirects <= MaxRedirects;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from > 0)
            {
                request.Headers.Range = new RangeHeaderValue(from, null);
            }

            if (_token is not null && IsHub(address))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            }

            var answer = await WithinSilenceAsync(
                cancel => _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel), cancellationToken);
            if (answer.IsSuccessStatusCode || (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && from > 0))
            {
                return answer;
            }

            using (answer)
            {
                if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                    && Wait(answer) is var wait && wait <= _patience.LongestWait && waits++ < MaxWaits)
                {
                    _progress($"{address.Host} is busy (status {(int)answer.StatusCode}); waiting {Seconds(wait)}…");
                    await Task.Delay(wait, _time, cancellationToken);
                    continue;
                }

                if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308))
                {
                    throw Refused(model, address, answer);
                }

                address = Target(address, answer);
                redirects++;
            }
        }

        throw new UnusableException($"{Address} redirects too many times.");
    }

    /// <summary>Returns how long a busy server asks clients to wait.</summary>
    private TimeSpan Wait(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delay } => delay,
        { Date: { } then } when then > _time.GetUtcNow() => then - _time.GetUtcNow(),
        _ => _patience.Pause,
    };

    private static string Seconds(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalSeconds):0} s");

    private static Uri Target(Uri address, HttpResponseMessage answer) =>
        answer.Headers.Location is { } location && new Uri(address, location) is var target
        && (target.Scheme == Uri.UriSchemeHttps
            || (target.Scheme == Uri.UriSchemeHttp && address.Scheme == Uri.UriSchemeHttp && target.IsLoopback))
            ? target
            : throw new UnusableException($"{address.Host} redirects to an address that is not https, which is refused.");

    private bool IsHub(Uri address) =>
        address.Scheme == _hub.Scheme && address.Host == _hub.Host && address.Port == _hub.Port;

    private UnusableException Refused(HubModel model, Uri address, HttpResponseMessage answer)
    {
        var code = answer.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : "";
        var page = $"{Address}/{model.Repository}";
        var wait = answer.Headers.RetryAfter is null ? " later" : $" in {Seconds(Wait(answer))}";
        if (!IsHub(address))
        {
            return new($"{address.Host}, to which the hub redirects for content, refused the request (status {(int)answer.StatusCode}). "
                + "Run the command again to continue.");
        }

        return ((int)answer.StatusCode, code) switch
        {
            (_, "GatedRepo") or (403, _) => new($"{model.Repository} is available only after accepting its terms: "
                + $"accept them at {page}, and set HF_TOKEN to a token of that account with read access."),
            (_, "RevisionNotFound") => new($"{model.Repository} has no revision {model.Revision}: see {page}."),
            (_, "EntryNotFound") => new($"{model.Repository} no longer has {address.AbsolutePath.Split('/')[^1]}: see {page}."),
            (401, _) => new(_token is null
                ? $"{Address} has no model {model.Repository}, or it is private. Check the name; for a private model, set HF_TOKEN."
                : $"{Address} has no model {model.Repository}, or does not accept HF_TOKEN. Check both."),
            (404, _) => new($"{Address} has no model {model.Repository} at {model.Revision}. Check the name and the revision."),
            ((int)HttpStatusCode.TooManyRequests, _) => new($"{Address} limits the rate of requests. "
                + $"Run the command again{wait} to continue. HF_TOKEN allows more requests."),
            ( >= 500, _) => new($"{Address} failed (status {(int)answer.StatusCode}). "
                + $"Run the command again{wait} to continue."),
            _ => new($"{Address} refused {address.AbsolutePath} (status {(int)answer.StatusCode})."),
        };
    }

    private async Task<T> WithinSilenceAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience.Silence);
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CutConnectionException($"no data for {Seconds(_patience.Silence)}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new CutConnectionException(exception.Message.TrimEnd('.'), exception);
        }
    }
}
