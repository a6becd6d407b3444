using System.Net;
using System.Net.Sockets;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.LanguageModels;
using MedQA.Testing.Loopback;

namespace MedQA.Endpoints.Tests;

/// <summary>What becomes of each fault of a server on TCP.</summary>
public sealed class EndpointFaultTests
{
    private const string Key = "sk-loopback-secret";

    private readonly ImpatientTime _time = new();

    [Theory]
    [InlineData(ChatFault.TooManyRequests, 1, 0, 0)]
    [InlineData(ChatFault.TooManyRequestsForSeconds, 1, 0, 0)]
    [InlineData(ChatFault.RequestTimeout, 1, 0, 0)]
    [InlineData(ChatFault.InternalError, 1, 0, 0)]
    [InlineData(ChatFault.BadGateway, 1, 0, 0)]
    [InlineData(ChatFault.Unavailable, 1, 0, 0)]
    [InlineData(ChatFault.GatewayTimeout, 1, 0, 0)]
    [InlineData(ChatFault.Overloaded, 1, 0, 0)]
    [InlineData(ChatFault.CutBeforeAnswer, 1, 1, 0)]
    [InlineData(ChatFault.CutInAnswer, 1, 1, 0)]
    [InlineData(ChatFault.NoChoices, 2, 0, 0)]
    [InlineData(ChatFault.MalformedJson, 2, 0, 1)]
    [InlineData(ChatFault.ProxyPage, 2, 0, 1)]
    public async Task A_trouble_that_passes_costs_another_try_and_what_was_paid_is_counted(ChatFault fault, int requests, int lost, int uncounted)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = request => request.Try == 1 ? fault : ChatFault.None });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.StartsWith("One of them", Assert.Single(samples).Text, StringComparison.Ordinal);
        Assert.Equal(2, server.Exchanges.Count);
        Assert.Equal((requests, lost, uncounted), (usage.Requests, usage.LostRequests, usage.UncountedRequests));
        Assert.Equal(Stated(server), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public async Task The_seconds_of_retry_after_are_waited_for_by_all_requests()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.Number == 1 ? ChatFault.TooManyRequestsForSeconds : ChatFault.None,
            RetryAfter = TimeSpan.FromSeconds(37),
        });
        using var folder = new ModelFolder(server.EndpointJson("\"limits\": {\"concurrency\": 1}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        await ModelFolder.AskAsync(model, ModelFolder.Request(count: 2));
        Assert.Contains(_time.Waits, static wait => wait == TimeSpan.FromSeconds(37));
        Assert.Equal(3, server.Exchanges.Count);
    }

    [Fact]
    public async Task The_date_of_retry_after_is_waited_for()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.Try == 1 ? ChatFault.TooManyRequestsUntilDate : ChatFault.None,
            RetryAfter = TimeSpan.FromSeconds(2),
        });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal(2, server.Exchanges.Count);
        Assert.InRange(server.Exchanges[1].At - server.Exchanges[0].At, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_service_that_asks_for_more_waiting_than_allowed_is_unavailable_until_then()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static _ => ChatFault.TooManyRequestsForSeconds,
            RetryAfter = TimeSpan.FromHours(1),
        });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (fault, _) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Equal(TimeSpan.FromHours(1), fault.RetryAfter);
        Assert.Single(server.Exchanges);
    }

    [Theory]
    [InlineData(ChatFault.TooManyRequests, "status 429")]
    [InlineData(ChatFault.InternalError, "status 500")]
    [InlineData(ChatFault.Overloaded, "status 529")]
    [InlineData(ChatFault.CutInAnswer, "cut the connection")]
    public async Task A_service_that_never_answers_well_is_unavailable_after_all_tries(ChatFault kind, string said)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = _ => kind });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, MaxTries = 4 });
        var (fault, usage) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Equal(4, server.Exchanges.Count);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Contains("4 tries", fault.Message, StringComparison.Ordinal);
        AssertIsDiscreet(server, fault);
        Assert.Equal(kind == ChatFault.CutInAnswer ? 4 : 0, usage.LostRequests);
        Assert.All(_time.Waits.Where(static wait => wait > TimeSpan.Zero), static wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_request_that_alone_breaks_the_service_has_no_answer_and_does_not_stop_the_others()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.LastMessage.StartsWith("Broken", StringComparison.Ordinal) ? ChatFault.InternalError : ChatFault.None,
        });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, MaxTries = 20 });
        var broken = ModelFolder.AskAsync(model, ModelFolder.Request(), "Broken?");
        while (!broken.IsCompleted)
        {
            await ModelFolder.AskAsync(model, ModelFolder.Request(), "Fine?");
        }

        var fault = await Assert.ThrowsAsync<AnswerRefusedException>(() => broken);
        Assert.Equal(FailureCodes.BadAnswer, fault.Code);
    }

    [Theory]
    [InlineData(ChatFault.NoChoices)]
    [InlineData(ChatFault.MalformedJson)]
    [InlineData(ChatFault.ProxyPage)]
    public async Task A_request_that_is_never_answered_with_an_answer_has_none(ChatFault kind)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = _ => kind });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, MaxTries = 3 });
        var (fault, usage) = await ModelFolder.FailAsync<AnswerRefusedException>(model, ModelFolder.Request());
        Assert.Equal(FailureCodes.BadAnswer, fault.Code);
        Assert.Equal(3, usage.Requests);
        Assert.Equal(Stated(server), (usage.PromptTokens, usage.CompletionTokens));
        AssertIsDiscreet(server, fault);
    }

    [Theory]
    [InlineData(ChatFault.RefusedKey, "refused the credentials (status 401, invalid_api_key)", "LOOPBACK_KEY")]
    [InlineData(ChatFault.QuotaUsedUp, "quota", "Raise it")]
    [InlineData(ChatFault.MissingModel, "has no model 'loopback'", "'address' and 'model'")]
    [InlineData(ChatFault.Redirect, "refers to another address", "'address'")]
    public async Task What_no_other_try_changes_is_told_at_once_with_what_to_do(ChatFault kind, string what, string remedy)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = _ => kind });
        using var folder = new ModelFolder(server.EndpointJson("\"authentication\": {\"environmentVariable\": \"LOOPBACK_KEY\"}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, ReadVariable = static _ => Key });
        var (fault, usage) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
        Assert.Contains(server.Address.Authority, fault.Message, StringComparison.Ordinal);
        Assert.Single(server.Exchanges);
        Assert.Equal(TokenUsage.None, usage);
        AssertIsDiscreet(server, fault);
    }

    [Theory]
    [InlineData(ChatFault.FilteredPrompt, FailureCodes.ContentFilter)]
    [InlineData(ChatFault.UnsupportedField, FailureCodes.BadAnswer)]
    public async Task A_request_that_is_refused_has_no_answer_and_is_not_tried_again(ChatFault kind, string code)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = _ => kind });
        using var folder = new ModelFolder(server.EndpointJson("\"authentication\": {\"environmentVariable\": \"LOOPBACK_KEY\"}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, ReadVariable = static _ => Key });
        var (fault, _) = await ModelFolder.FailAsync<AnswerRefusedException>(model, ModelFolder.Request());
        Assert.Equal(code, fault.Code);
        Assert.Single(server.Exchanges);
        AssertIsDiscreet(server, fault);
    }

    [Theory]
    [InlineData(ChatFault.PromptTooLong)]
    [InlineData(ChatFault.PromptTooLongForVllm)]
    public async Task A_prompt_that_the_service_finds_too_long_does_not_fit(ChatFault kind)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = _ => kind });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (fault, _) = await ModelFolder.FailAsync<ContextOverflowException>(model, ModelFolder.Request());
        AssertIsDiscreet(server, fault);
    }

    [Fact]
    public async Task A_filter_that_withholds_an_answer_is_the_end_of_that_sample()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.FilteredAnswer });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal((SampleEnd.ContentFilter, ""), (samples[0].End, samples[0].Text));
        Assert.Equal(Stated(server), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public async Task An_answer_without_usage_counts_as_uncounted()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.NoUsage });
        using var folder = new ModelFolder(server.EndpointJson("\"prices\": {\"input\": 1, \"output\": 1, \"currency\": \"USD\"}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal((1, 1, 0L, 0L), (usage.Requests, usage.UncountedRequests, usage.PromptTokens, usage.CompletionTokens));
        Assert.Null(usage.Cost);
        Assert.True(samples[0].DrawnTokens > 0);
    }

    [Fact]
    public async Task A_service_that_sends_fewer_choices_is_asked_for_the_rest()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.FewerChoices });
        using var folder = new ModelFolder(server.EndpointJson("\"supports\": {\"n\": true}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 4));
        Assert.Equal([0, 1, 2, 3], samples.Select(static sample => sample.Index));
        Assert.Equal([4, 1], server.Exchanges.Select(static exchange => exchange.Request.Count));
        Assert.Equal(Stated(server), (usage.PromptTokens, usage.CompletionTokens));
    }

    [Fact]
    public async Task A_service_that_stays_silent_is_given_up_after_the_timeout_and_asked_again()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = static request => request.Try == 1 ? ChatFault.Silence : ChatFault.None,
        });
        using var folder = new ModelFolder(server.EndpointJson("\"timeoutSeconds\": 1"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Single(samples);
        Assert.Equal((1, 1), (usage.Requests, usage.LostRequests));
    }

    [Fact]
    public async Task Cancelling_ends_a_request_at_once_and_counts_it_as_lost()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.Silence });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        using var cancelling = new CancellationTokenSource();
        var meter = new UsageMeter();
        await using var read = await model.WithMeter(meter).ReadAsync(ModelFolder.Prompt(), cancelling.Token);
        var sampling = read.SampleAsync(ModelFolder.Request(), cancelling.Token);
        await Until(() => server.Exchanges.Count == 1);
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sampling);
        Assert.Equal(1, meter.Sum!.LostRequests);
    }

    [Fact]
    public async Task Requests_that_were_not_sent_are_not_when_another_of_the_question_is_refused()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { FaultOf = static _ => ChatFault.FilteredPrompt });
        using var folder = new ModelFolder(server.EndpointJson("\"limits\": {\"concurrency\": 1}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        await ModelFolder.FailAsync<AnswerRefusedException>(model, ModelFolder.Request(count: 11));
        Assert.InRange(server.Exchanges.Count, 1, 2);
    }

    [Fact]
    public async Task A_host_that_takes_no_connection_is_unavailable_and_nothing_was_lost()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        using var folder = new ModelFolder($$"""{"address": "http://127.0.0.1:{{port}}/v1", "model": "m", "contextLength": 10000}""");
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var (fault, usage) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Contains($"127.0.0.1:{port} takes no connection", fault.Message, StringComparison.Ordinal);
        Assert.Contains("whether the service runs", fault.Message, StringComparison.Ordinal);
        Assert.Equal(TokenUsage.None, usage);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        using var endless = new FixedHandler(static () => new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) });
        using var folder = new ModelFolder("""{"address": "http://localhost/v1", "model": "m", "contextLength": 10000}""");
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time, Handler = endless, MaxTries = 1 });
        var (fault, usage) = await ModelFolder.FailAsync<AnswerRefusedException>(model, ModelFolder.Request());
        Assert.Contains("more than 64 MiB", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, usage.LostRequests);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_passing_faults_come_each_question_is_answered_and_the_cost_is_what_the_server_counted(int seed)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            FaultOf = LoopbackChatScript.Seeded(
                seed,
                0.4,
                mostInARow: 3,
                ChatFault.TooManyRequests,
                ChatFault.TooManyRequestsForSeconds,
                ChatFault.InternalError,
                ChatFault.Unavailable,
                ChatFault.CutBeforeAnswer,
                ChatFault.CutInAnswer,
                ChatFault.NoUsage,
                ChatFault.NoChoices,
                ChatFault.MalformedJson,
                ChatFault.ProxyPage),
        });
        using var folder = new ModelFolder(server.EndpointJson(
            "\"supports\": {\"seed\": true}, \"limits\": {\"concurrency\": 8}, \"prices\": {\"input\": 3, \"output\": 7, \"currency\": \"USD\"}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = _time });
        var answered = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            question => ModelFolder.AskAsync(model, ModelFolder.Request(count: 3) with { StreamKey = (ulong)question }, $"Question {question}?")));
        Assert.All(answered, static one => Assert.Equal([0, 1, 2], one.Samples.Select(static sample => sample.Index)));
        var usage = answered.Aggregate(TokenUsage.None, static (sum, one) => sum + one.Usage);
        var (prompt, completion) = Stated(server);
        Assert.Equal((prompt, completion), (usage.PromptTokens, usage.CompletionTokens));
        Assert.Equal(((prompt * 3m) + (completion * 7m)) / 1_000_000, usage.Cost);
        Assert.Equal(server.Exchanges.Count(static one => one.Fault is ChatFault.CutBeforeAnswer or ChatFault.CutInAnswer), usage.LostRequests);
        Assert.Equal(
            server.Exchanges.Count(static one => one.Fault is ChatFault.NoUsage or ChatFault.MalformedJson or ChatFault.ProxyPage),
            usage.UncountedRequests);
        Assert.Contains(server.Exchanges, static one => one.Fault != ChatFault.None);
    }

    private static (long Prompt, long Completion) Stated(LoopbackChatServer server)
    {
        var stated = server.Exchanges.Where(static exchange => exchange.IsStated).ToList();
        return (stated.Sum(static one => (long)one.PromptTokens), stated.Sum(static one => (long)one.CompletionTokens));
    }

    /// <summary>No message has the key or the question, which the server wrote into its errors.</summary>
    private static void AssertIsDiscreet(LoopbackChatServer server, Exception fault)
    {
        Assert.NotEmpty(server.Exchanges);
        for (var at = fault; at is not null; at = at.InnerException)
        {
            Assert.DoesNotContain(Key, at.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("scurvy", at.ToString(), StringComparison.Ordinal);
        }
    }

    private static async Task Until(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private sealed class FixedHandler(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
