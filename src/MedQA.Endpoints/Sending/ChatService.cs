using System.Net.Http.Headers;
using MedQA.Endpoints.Credentials;
using MedQA.Endpoints.Pacing;
using MedQA.Endpoints.Protocol;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using Polly;
using Polly.Retry;

namespace MedQA.Endpoints.Sending;

/// <summary>
/// Asks a service for chat completions until it answers: within its limits, and again where a trouble may pass. This is the only place
/// where requests are repeated. Safe for concurrent use.
/// </summary>
internal sealed class ChatService : IDisposable
{
    /// <summary>The longest answer that is read.</summary>
    internal const int MaxAnswerBytes = 64 << 20;

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ResiliencePropertyKey<Tries> TriesKey = new("MedQA.Tries");

    private readonly EndpointFile _file;
    private readonly ServiceSettings _settings;
    private readonly IRequestSigner _signer;
    private readonly RequestPacer _pacer;
    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly ServiceFaults _faults;
    private readonly ResiliencePipeline<Reply> _retries;
    private long _answered;

    /// <summary>Creates one.</summary>
    /// <param name="file">The model's file.</param>
    /// <param name="signer">What adds credentials; it is disposed with this.</param>
    /// <param name="handler">What sends requests; <see langword="null"/> for connections of its own.</param>
    /// <param name="settings">How to ask.</param>
    public ChatService(EndpointFile file, IRequestSigner signer, HttpMessageHandler? handler, ServiceSettings settings)
    {
        (_file, _signer, _settings) = (file, signer, settings);
        _pacer = new RequestPacer(file.Limits, settings.Time);
        _client = new HttpClient(handler ?? Connections(file), disposeHandler: handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _address = new UriBuilder(file.Address) { Path = $"{file.Address.AbsolutePath}chat/completions" }.Uri;
        _faults = new ServiceFaults(file, signer.Remedy);
        _retries = Retries();
    }

    /// <summary>How many requests may be under way at the same time.</summary>
    public int Concurrency => _pacer.Concurrency;

    /// <summary>Sets the part of the limits that this process takes.</summary>
    public void SetShare(double share) => _pacer.SetShare(share);

    /// <summary>Asks until there is an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="meter">What counts its use, tries that failed included.</param>
    /// <param name="waiting">Ends the waiting for a try, but not a try that was sent: that is paid for.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    /// <returns>An answer with at least one choice.</returns>
    /// <exception cref="ContextOverflowException">The service says that the prompt is too long.</exception>
    /// <exception cref="AnswerRefusedException">There is no answer to this request.</exception>
    /// <exception cref="ModelUnavailableException">The service does not answer at present.</exception>
    public async Task<ChatCompletion> CompleteAsync(
        ChatRequest request, UsageMeter? meter, CancellationToken waiting, CancellationToken cancellationToken)
    {
        var tries = new Tries(Volatile.Read(ref _answered));
        var context = ResilienceContextPool.Shared.Get(waiting);
        context.Properties.Set(TriesKey, tries);
        try
        {
            var reply = await _retries.ExecuteAsync(
                async (_, asked) => await SendAsync(asked, meter, waiting, cancellationToken), context, request);
            return reply.Completion ?? throw FaultOf(reply.Trouble!, tries);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _pacer.Dispose();
        (_signer as IDisposable)?.Dispose();
    }

    /// <summary>
    /// Connections that follow no redirection to another host and keep no cookies. What is for this machine goes through no proxy, which
    /// could be on another one.
    /// </summary>
    private static SocketsHttpHandler Connections(EndpointFile file) => new()
    {
        UseProxy = !file.Address.IsLoopback,
        AutomaticDecompression = System.Net.DecompressionMethods.All,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    };

    private ResiliencePipeline<Reply> Retries() => _settings.MaxTries <= 1
        ? ResiliencePipeline<Reply>.Empty
        : new ResiliencePipelineBuilder<Reply> { TimeProvider = _settings.Time }
            .AddRetry(new RetryStrategyOptions<Reply>
            {
                MaxRetryAttempts = _settings.MaxTries - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(30),
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Result?.Trouble is { } trouble
                    && TriesOf(args.Context).Waited + (trouble.RetryAfter ?? TimeSpan.Zero) <= _settings.MaxWaiting),
                DelayGenerator = static args => ValueTask.FromResult(args.Outcome.Result?.Trouble?.RetryAfter),
                OnRetry = args =>
                {
                    var tries = TriesOf(args.Context);
                    tries.Waited += args.RetryDelay;
                    tries.Count++;
                    _settings.Logger.TryingAgain(
                        _file.Name, _file.Host, args.Outcome.Result!.Trouble!.What, tries.Count, args.RetryDelay.TotalSeconds);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    private static Tries TriesOf(ResilienceContext context) => context.Properties.GetValue(TriesKey, new Tries(0));

    /// <summary>
    /// Returns whose fault a trouble is that did not pass. If the service answered others meanwhile, it is this request's: asking it again
    /// and again would hold up the rest.
    /// </summary>
    private Exception FaultOf(Trouble trouble, Tries tries)
    {
        var isOfRequest = trouble.Kind == TroubleKind.BadAnswer
            || (trouble.Kind is TroubleKind.Lost or TroubleKind.Failing && Volatile.Read(ref _answered) > tries.AnsweredBefore);
        return isOfRequest
            ? new AnswerRefusedException(
                FailureCodes.BadAnswer, $"{_file.Host} {trouble.What} at each of {tries.Count} tries.", trouble.Cause)
            : _faults.Unavailable(trouble, tries.Count);
    }

    private async Task<Reply> SendAsync(
        ChatRequest request, UsageMeter? meter, CancellationToken waiting, CancellationToken cancellationToken)
    {
        using var paced = await _pacer.EnterAsync(request.MostTokens, waiting);
        using var limit = new CancellationTokenSource(_file.Timeout, _settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var started = _settings.Time.GetTimestamp();
        var isSent = false;
        try
        {
            for (var mayRenew = _signer.CanRenew; ; mayRenew = false)
            {
                using var message = new HttpRequestMessage(HttpMethod.Post, _address)
                {
                    Content = new ByteArrayContent(request.Body) { Headers = { ContentType = Json } },
                };
                await _signer.SignAsync(message, either.Token);
                isSent = true;
                using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token);
                isSent = false;
                if (response.StatusCode != System.Net.HttpStatusCode.Unauthorized || !mayRenew)
                {
                    return await ReplyOfAsync(response, request, paced, meter, _settings.Time.GetElapsedTime(started));
                }

                _signer.Forget(message);
                _settings.Logger.TokenRenewed(_file.Name, _file.Host);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            CountLost(meter, isSent);
            throw;
        }
        catch (OperationCanceledException exception)
        {
            // Without our own limit it is that of connecting.
            var isOurs = limit.IsCancellationRequested;
            CountLost(meter, isSent && isOurs);
            return isOurs
                ? Reply.Of(TroubleKind.Lost, $"did not answer within {_file.Timeout.TotalSeconds:0} s", cause: exception)
                : Reply.Of(TroubleKind.Unreachable, "could not be connected to in time", cause: exception);
        }
        catch (HttpRequestException exception)
        {
            var reply = ReplyOf(exception);
            CountLost(meter, isSent && reply.Trouble!.Kind != TroubleKind.Unreachable);
            return reply;
        }
    }

    private static void CountLost(UsageMeter? meter, bool isLost)
    {
        if (isLost)
        {
            meter?.Add(new TokenUsage { LostRequests = 1 });
        }
    }

    private static Reply ReplyOf(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Reply.Of(TroubleKind.Unreachable, "has no address", cause: exception),
        HttpRequestError.ConnectionError => Reply.Of(TroubleKind.Unreachable, "takes no connection", cause: exception),
        HttpRequestError.SecureConnectionError =>
            Reply.Of(TroubleKind.Unreachable, "has no certificate that this machine trusts, or speaks no TLS", cause: exception),
        HttpRequestError.ProxyTunnelError => Reply.Of(TroubleKind.Unreachable, "cannot be reached through the proxy", cause: exception),
        HttpRequestError.ConfigurationLimitExceeded =>
            Reply.Of(TroubleKind.BadAnswer, $"sent an answer of more than {MaxAnswerBytes >> 20} MiB", cause: exception),
        _ => Reply.Of(TroubleKind.Lost, "cut the connection before its answer was whole", cause: exception),
    };

    private async Task<Reply> ReplyOfAsync(
        HttpResponseMessage response, ChatRequest request, PacedRequest paced, UsageMeter? meter, TimeSpan elapsed)
    {
        // The content was read with the headers: nothing is waited for here.
        var body = await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
        if (response.IsSuccessStatusCode)
        {
            return Answer(body, KindOf(response), request, paced, meter, elapsed);
        }

        var error = ServiceError.Read(body, _signer.IsIn);
        var retryAfter = RetryAfter.Of(response, _settings.Time);
        var status = (int)response.StatusCode;
        if (_faults.Final(status, error, request) is { } final)
        {
            throw final;
        }

        if (retryAfter is { } wait)
        {
            var pause = wait < _settings.MaxWaiting ? wait : _settings.MaxWaiting;
            _pacer.Pause(pause);
            _settings.Logger.Paused(_file.Name, _file.Host, pause.TotalSeconds);
        }

        // A 503 without a time may be this request's own doing, as where it brings down what is behind a gateway.
        var isBusy = status is 429 or 529 || (status == 503 && retryAfter is not null);
        return Reply.Of(
            isBusy ? TroubleKind.Overloaded : TroubleKind.Failing,
            $"answered with status {status}{error.Shown}",
            retryAfter);
    }

    /// <summary>Returns what an answer says that it is, where that is short and plain.</summary>
    private static string KindOf(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is { Length: > 0 and <= 60 } kind
            && kind.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '/' or '-' or '+' or '.')
            ? kind
            : "of no stated type";

    private Reply Answer(byte[] body, string kind, ChatRequest request, PacedRequest paced, UsageMeter? meter, TimeSpan elapsed)
    {
        var completion = ChatCompletionReader.Read(body);
        if (completion is { Choices.IsEmpty: true, Usage: null } && ServiceError.IsStatedIn(body))
        {
            // Some gateways state errors as if all were well.
            var error = ServiceError.Read(body, _signer.IsIn);
            return (error.IsContentFilter || error.IsContextOverflow || error.IsQuotaUsedUp)
                && _faults.Final((int)System.Net.HttpStatusCode.BadRequest, error, request) is { } final
                ? throw final
                : Reply.Of(TroubleKind.Failing, $"answered with an error{error.Shown}");
        }

        var usage = completion?.Usage;
        meter?.Add(ChatCompletion.UsageOf(completion, _file.Prices));
        if (usage is not null)
        {
            paced.Settle(usage.PromptTokens + usage.CompletionTokens);
        }
        else
        {
            _settings.Logger.UsageMissing(_file.Name, _file.Host);
        }

        if (completion is null or { Choices.IsEmpty: true })
        {
            return Reply.Of(TroubleKind.BadAnswer, completion is null
                ? $"sent something that is no chat completion ({kind})"
                : "sent no choices");
        }

        Interlocked.Increment(ref _answered);
        _settings.Logger.Answered(
            _file.Name, _file.Host, elapsed.TotalSeconds, completion.Choices.Length, usage?.PromptTokens, usage?.CompletionTokens);
        return Reply.Of(completion);
    }

    /// <summary>What the tries of one request came to so far.</summary>
    private sealed class Tries(long answeredBefore)
    {
        /// <summary>How many requests had been answered before the first try.</summary>
        public long AnsweredBefore => answeredBefore;

        /// <summary>How many tries there were.</summary>
        public int Count { get; set; } = 1;

        /// <summary>How long was waited between them.</summary>
        public TimeSpan Waited { get; set; }
    }
}
