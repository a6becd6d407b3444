using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Web;
using MedQA.Web.Access;
using Microsoft.AspNetCore.Builder;

namespace MedQA.Cli.Tests.Hosting;

/// <summary>The model as other tools ask it, on the web server that <c>medqa serve</c> has.</summary>
public sealed class ChatApiTests
{
    private const string Hello = """ "messages": [{ "role": "user", "content": "Hello" }] """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unless_it_is_asked_for_the_routes_do_not_exist()
    {
        await using var server = LocalApi.Create(new HostSettings { Url = new Uri("http://127.0.0.1:0") }, LocalApiTests.Unused());
        await server.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(Assert.Single(server.Urls)) };
        using var models = await client.GetAsync("/v1/models", Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (models.StatusCode, models.Content.Headers.ContentType?.MediaType));
        using var chat = await client.PostAsync("/v1/chat/completions", new StringContent("{}"), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, chat.StatusCode);
    }

    [Fact]
    public async Task The_model_is_listed_and_an_answer_says_what_clients_read()
    {
        await using var server = await ServedModel.StartAsync(new EchoModel());
        var models = JsonElement.Parse(await server.Client.GetStringAsync("/v1/models", Cancel));
        Assert.Equal("list", models.GetProperty("object").GetString());
        Assert.Equal("echo", Assert.Single(models.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());

        var answer = await server.AskedAsync($$"""
            { "model": "echo", "n": 2, "seed": 7, "user": "me", "metadata": { "a": "b" }, "store": true, "stream": false, "tools": [],
              "presence_penalty": 0, "logit_bias": {}, "response_format": { "type": "text" }, "logprobs": true, {{Hello}} }
            """);

        Assert.StartsWith("chatcmpl-", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("echo", answer.GetProperty("model").GetString());
        Assert.Matches("^fp_[0-9a-f]{16}$", answer.GetProperty("system_fingerprint").GetString());
        Assert.InRange(answer.GetProperty("created").GetInt64(), 1_700_000_000, 5_000_000_000);
        var choices = answer.GetProperty("choices").EnumerateArray().ToList();
        Assert.Equal([0, 1], choices.Select(static choice => choice.GetProperty("index").GetInt32()));
        Assert.All(choices, static choice =>
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
            Assert.Equal("user: Hello", choice.GetProperty("message").GetProperty("content").GetString());
            Assert.False(choice.GetProperty("message").TryGetProperty("reasoning_content", out _));
            var token = Assert.Single(choice.GetProperty("logprobs").GetProperty("content").EnumerateArray());
            Assert.Equal(("é", -0.5), (token.GetProperty("token").GetString(), token.GetProperty("logprob").GetDouble()));
            Assert.Equal([195, 169], token.GetProperty("bytes").EnumerateArray().Select(static part => part.GetInt32()));
        });
        var usage = answer.GetProperty("usage");
        Assert.Equal((10, 8, 18), (Usage("prompt_tokens"), Usage("completion_tokens"), Usage("total_tokens")));
        Assert.Equal(0, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());

        int Usage(string name) => usage.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task Messages_and_settings_reach_the_model_as_they_were_sent()
    {
        var model = new EchoModel();
        await using var server = await ServedModel.StartAsync(model);
        await server.AskedAsync("""
            { "model": "echo", "n": 3, "temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 12, "stop": ["a", "b"], "seed": -3, "messages": [
              { "role": "developer", "content": "Be brief.", "type": "text" },
              { "role": "user", "content": [{ "type": "text", "text": "One" }, { "type": "text", "text": "Two" }] },
              { "role": "assistant", "content": "Three", "tool_calls": null },
              { "role": "user", "content": "Four" }] }
            """);

        Assert.Equal(
            [new("system", "Be brief."), new("user", "One\nTwo"), new("assistant", "Three"), new("user", "Four")], model.Prompt!.Messages);
        Assert.Equal((3, new DateOnly(2026, 1, 1)), (model.Prompt.SharedMessages, model.Prompt.Date));
        var request = model.Request!;
        Assert.Equal((3, 0.5, 0.9, 12, 0), (request.Count, request.Temperature, request.TopP, request.MaxTokens, request.FirstIndex));
        Assert.Equal(["a", "b"], request.Stop);
        Assert.False(request.WantsTokenScores);
    }

    [Fact]
    public async Task A_seed_and_the_messages_decide_the_random_numbers_and_without_a_seed_they_differ()
    {
        var model = new EchoModel();
        await using var server = await ServedModel.StartAsync(model);
        var first = await KeyAsync($$"""{ "model": "echo", "seed": 1, {{Hello}} }""");
        Assert.Equal(first, await KeyAsync($$"""{ "model": "echo", "max_tokens": 5, "seed": 1, {{Hello}} }"""));
        Assert.NotEqual(first, await KeyAsync($$"""{ "model": "echo", "seed": 2, {{Hello}} }"""));
        Assert.NotEqual(first, await KeyAsync("""{ "model": "echo", "seed": 1, "messages": [{ "role": "user", "content": "Bye" }] }"""));
        Assert.NotEqual(await KeyAsync($$"""{ "model": "echo", {{Hello}} }"""), await KeyAsync($$"""{ "model": "echo", {{Hello}} }"""));

        async Task<ulong> KeyAsync(string body)
        {
            await server.AskedAsync(body);
            return model.Request!.StreamKey;
        }
    }

    [Fact]
    public async Task A_thought_is_told_apart_from_what_is_said()
    {
        const string Text = "<think>\nTwo and two.\n</think>\n\nFour";
        var model = new EchoModel
        {
            Answer = static sample => sample with { Text = Text, SpokenPart = new(Text.Length - 6, 6), End = SampleEnd.MaxTokens },
        };
        await using var server = await ServedModel.StartAsync(model);

        var answer = await server.AskedAsync($$"""{ "model": "echo", {{Hello}} }""");

        var choice = Assert.Single(answer.GetProperty("choices").EnumerateArray());
        Assert.Equal("length", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("\n\nFour", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("Two and two.", choice.GetProperty("message").GetProperty("reasoning_content").GetString());
        Assert.False(answer.GetProperty("usage").TryGetProperty("completion_tokens_details", out _));
        Assert.False(choice.TryGetProperty("logprobs", out _));
    }

    [Theory]
    [InlineData("""{ "model": "other", "messages": [{ "role": "user", "content": "Hello" }] }""", 404, "model", "model_not_found")]
    [InlineData("""{ "messages": [{ "role": "user", "content": "Hello" }] }""", 400, "model", "invalid_value")]
    [InlineData("""{ "model": "echo" }""", 400, "messages", "invalid_value")]
    [InlineData("""{ "model": "echo", "messages": [] }""", 400, "messages", "invalid_value")]
    [InlineData("""{ "model": "echo", "messages": [{ "role": "tool", "content": "x" }] }""", 400, "messages[0].role", "invalid_value")]
    [InlineData("""{ "model": "echo", "messages": [{ "role": "user" }] }""", 400, "messages[0].content", "invalid_value")]
    [InlineData("""{ "model": "echo", "messages": [{ "role": "user", "content": [{ "type": "image_url", "image_url": {} }] }] }""", 400, "messages[0].content[0]", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "messages": [{ "role": "assistant", "content": "x", "tool_calls": [{}] }] }""", 400, "messages[0].tool_calls", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "n": 0, "messages": [{ "role": "user", "content": "x" }] }""", 400, "n", "invalid_value")]
    [InlineData("""{ "model": "echo", "n": 129, "messages": [{ "role": "user", "content": "x" }] }""", 400, "n", "invalid_value")]
    [InlineData("""{ "model": "echo", "temperature": 2.1, "messages": [{ "role": "user", "content": "x" }] }""", 400, "temperature", "invalid_value")]
    [InlineData("""{ "model": "echo", "top_p": 0, "messages": [{ "role": "user", "content": "x" }] }""", 400, "top_p", "invalid_value")]
    [InlineData("""{ "model": "echo", "max_tokens": 0, "messages": [{ "role": "user", "content": "x" }] }""", 400, "max_tokens", "invalid_value")]
    [InlineData("""{ "model": "echo", "max_tokens": 1, "max_completion_tokens": 2, "messages": [{ "role": "user", "content": "x" }] }""", 400, "max_completion_tokens", "invalid_value")]
    [InlineData("""{ "model": "echo", "max_tokens": 100000, "messages": [{ "role": "user", "content": "x" }] }""", 400, "messages", "context_length_exceeded")]
    [InlineData("""{ "model": "echo", "stop": [""], "messages": [{ "role": "user", "content": "x" }] }""", 400, "stop", "invalid_value")]
    [InlineData("""{ "model": "echo", "seed": 1.5, "messages": [{ "role": "user", "content": "x" }] }""", 400, "seed", "invalid_value")]
    [InlineData("""{ "model": "echo", "stream": true, "messages": [{ "role": "user", "content": "x" }] }""", 400, "stream", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "tools": [{}], "messages": [{ "role": "user", "content": "x" }] }""", 400, "tools", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "presence_penalty": 0.5, "messages": [{ "role": "user", "content": "x" }] }""", 400, "presence_penalty", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "logit_bias": { "1": 2 }, "messages": [{ "role": "user", "content": "x" }] }""", 400, "logit_bias", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "response_format": { "type": "json_object" }, "messages": [{ "role": "user", "content": "x" }] }""", 400, "response_format", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "logprobs": true, "top_logprobs": 3, "messages": [{ "role": "user", "content": "x" }] }""", 400, "top_logprobs", "unsupported_parameter")]
    [InlineData("""{ "model": "echo", "model": "echo", "messages": [{ "role": "user", "content": "x" }] }""", 400, null, "invalid_json")]
    [InlineData("""{ "model": "echo", "messages": [{ "role": "user", "content": "\ud800" }] }""", 400, null, "invalid_json")]
    [InlineData("""{ "\ud800": 1 }""", 400, null, "invalid_json")]
    [InlineData("[]", 400, null, "invalid_json")]
    [InlineData("{", 400, null, "invalid_json")]
    [InlineData("", 400, null, "empty_body")]
    public async Task What_is_wrong_is_said_in_the_shape_of_openai(string body, int status, string? parameter, string code)
    {
        await using var server = await ServedModel.StartAsync(new EchoModel());
        var (answered, answer) = await server.SendAsync(body);
        Assert.Equal(status, (int)answered);
        var error = answer.GetProperty("error");
        Assert.Equal((parameter, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_and_a_fault_of_the_model_are_errors_of_that_shape_too()
    {
        await using var server = await ServedModel.StartAsync(new EchoModel { Answer = static _ => throw new InvalidDataException("broken") });
        var (large, said) = await server.SendAsync($$"""{ "model": "echo", "messages": [{ "role": "user", "content": "{{new string('x', 5 << 20)}}" }] }""");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "too_large"), (large, said.GetProperty("error").GetProperty("code").GetString()));
        var (broken, fault) = await server.SendAsync($$"""{ "model": "echo", {{Hello}} }""");
        Assert.Equal((HttpStatusCode.InternalServerError, "server_error"), (broken, fault.GetProperty("error").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer wrong", 401)]
    [InlineData("Bearer kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", 200)]
    public async Task A_key_is_taken_from_where_clients_of_openai_send_it(string? sent, int status)
    {
        await using var server = await ServedModel.StartAsync(new EchoModel(), new string('k', 32));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = sent is null ? null : AuthenticationHeaderValue.Parse(sent);
        using var answer = await server.Client.SendAsync(request, Cancel);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401)
        {
            var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel)).GetProperty("error");
            Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
        }

        // The other routes take it only where they did before.
        using var other = new HttpRequestMessage(HttpMethod.Get, "/api/models") { Headers = { Authorization = request.Headers.Authorization } };
        using var refused = await server.Client.SendAsync(other, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var own = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { AccessPolicy.KeyHeader, new string('k', 32) } } };
        using var taken = await server.Client.SendAsync(own, Cancel);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Pages_of_other_origins_and_other_host_names_are_refused()
    {
        await using var server = await ServedModel.StartAsync(new EchoModel());
        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Headers = { { "Origin", "https://example.com" } },
            Content = new StringContent($$"""{ "model": "echo", {{Hello}} }"""),
        };
        using var page = await server.Client.SendAsync(foreign, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        using var renamed = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { Host = "example.com" } };
        using var host = await server.Client.SendAsync(renamed, Cancel);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, host.StatusCode);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_sampling_and_makes_room_for_the_next()
    {
        var model = new EchoModel { Holds = true };
        await using var server = await ServedModel.StartAsync(model);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = server.Client.PostAsync("/v1/chat/completions", new StringContent($$"""{ "model": "echo", {{Hello}} }"""), leaving.Token);
        await model.Held.Task.WaitAsync(Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await model.Cancelled.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        model.Holds = false;
        await server.AskedAsync($$"""{ "model": "echo", {{Hello}} }""");
        Assert.Equal(0, model.Open);
    }

    [Fact]
    public async Task A_server_that_stops_does_not_finish_answers_first()
    {
        var model = new EchoModel { Holds = true };
        await using var server = await ServedModel.StartAsync(model);
        var asked = server.SendAsync($$"""{ "model": "echo", {{Hello}} }""");
        await model.Held.Task.WaitAsync(Cancel);
        await server.StopAsync();
        var (status, answer) = await asked;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stopping"), (status, answer.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task No_more_requests_are_answered_at_once_than_the_model_draws_together()
    {
        var model = new EchoModel { AtOnce = 2 };
        await using var server = await ServedModel.StartAsync(model);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.AskedAsync($$"""{ "model": "echo", {{Hello}} }""")));
        Assert.InRange(model.MostOpen, 1, 2);
    }

    [Fact]
    public async Task Each_of_several_models_is_listed_and_answers_what_names_it()
    {
        var (one, other) = (new EchoModel(), new EchoModel("other") { Answer = static sample => sample with { Text = "Other." } });
        await using var server = await ServedModel.StartAsync([one, other]);
        var models = JsonElement.Parse(await server.Client.GetStringAsync("/v1/models", Cancel)).GetProperty("data").EnumerateArray();
        Assert.Equal(["echo", "other"], models.Select(static model => model.GetProperty("id").GetString()));

        var first = await server.AskedAsync($$"""{ "model": "echo", {{Hello}} }""");
        var second = await server.AskedAsync($$"""{ "model": "other", {{Hello}} }""");
        var (status, none) = await server.SendAsync($$"""{ "model": "third", {{Hello}} }""");

        Assert.Equal(["user: Hello", "Other."], ((JsonElement[])[first, second]).Select(static answer =>
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()));
        Assert.NotEqual(first.GetProperty("system_fingerprint").GetString(), second.GetProperty("system_fingerprint").GetString());
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("offers 'echo', 'other'", none.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_now_answers_503_in_their_shape()
    {
        await using var server = await ServedModel.StartAsync(new EchoModel { IsDamaged = true });

        var (status, said) = await server.SendAsync($$"""{ "model": "echo", {{Hello}} }""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("Model echo cannot be loaded: it is damaged.", said.GetProperty("error").GetProperty("message").GetString());
    }

    /// <summary>Says what was said to it last.</summary>
    private sealed class EchoModel(string name = "echo") : ILanguageModel
    {
        private readonly Lock _lock = new();

        public bool IsDamaged { get; init; }

        public ModelDescription Description { get; } = new()
        {
            Name = name,
            Fingerprint = new string(name[0], 64),
            EngineFingerprint = "echo",
            ContextLength = 1000,
            HasChatTemplate = true,
        };

        public Func<Sample, Sample> Answer { get; init; } = static sample => sample;

        public int AtOnce { get; init; } = 1;

        public bool Holds { get; set; }

        public TaskCompletionSource Held { get; } = new();

        public TaskCompletionSource Cancelled { get; } = new();

        public ChatPrompt? Prompt { get; private set; }

        public SampleRequest? Request { get; private set; }

        public int Open { get; private set; }

        public int MostOpen { get; private set; }

        public Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken) => Task.FromResult(AtOnce);

        public int CountTokens(Prompt prompt) => 10;

        public Task<IReadPrompt> ReadAsync(Prompt prompt, CancellationToken cancellationToken)
        {
            if (IsDamaged)
            {
                throw new ModelUnavailableException($"Model {name} cannot be loaded: it is damaged.");
            }

            lock (_lock)
            {
                Prompt = (ChatPrompt)prompt;
                Open++;
                MostOpen = Math.Max(MostOpen, Open);
            }

            return Task.FromResult<IReadPrompt>(new Read(this, Prompt.Messages[^1]));
        }

        private sealed class Read(EchoModel model, ChatMessage last) : IReadPrompt
        {
            public int TokenCount => 10;

            public async Task<IReadOnlyList<Sample>> SampleAsync(SampleRequest request, CancellationToken cancellationToken)
            {
                model.Request = request;
                if (TokenCount + request.MaxTokens > model.Description.ContextLength)
                {
                    throw new ContextOverflowException(TokenCount, request.MaxTokens, model.Description.ContextLength);
                }

                if (model.Holds)
                {
                    await using var cancelling = cancellationToken.Register(model.Cancelled.SetResult);
                    model.Held.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                }

                return [.. Enumerable.Range(0, request.Count).Select(index => model.Answer(new Sample
                {
                    Index = index,
                    Text = $"{last.Role}: {last.Content}",
                    Tokens = [1],
                    LogLikelihood = -1,
                    DrawnTokens = 4,
                    End = SampleEnd.EndToken,
                    TokenScores = request.WantsTokenScores ? [new([.. Encoding.UTF8.GetBytes("é")], -0.5)] : [],
                }))];
            }

            public Task<IReadOnlyList<IReadOnlyList<ContinuationScore>>> ScoreAsync(
                IReadOnlyList<ScoreRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

            public Task<IReadOnlyList<RescoredSample>> RescoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

            public ValueTask DisposeAsync()
            {
                lock (model._lock)
                {
                    model.Open--;
                }

                return ValueTask.CompletedTask;
            }
        }
    }
}

/// <summary>A model behind the routes by which other tools ask it.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private readonly AskedModels _asked;
    private readonly WebApplication _server;

    private ServedModel(AskedModels asked, WebApplication server, string address) =>
        (_asked, _server, Client) = (asked, server, new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(30) });

    public HttpClient Client { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<ServedModel> StartAsync(ILanguageModel model, string? key = null) => StartAsync([model], key);

    public static async Task<ServedModel> StartAsync(IReadOnlyList<ILanguageModel> models, string? key = null)
    {
        var asked = new AskedModels(models);
        var server = LocalApi.Create(
            new HostSettings { Url = new Uri("http://127.0.0.1:0"), Key = key }, LocalApiTests.Unused() with { Asked = asked });
        await server.StartAsync(Cancel);
        return new(asked, server, Assert.Single(server.Urls));
    }

    public async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(string body)
    {
        using var answer = await Client.PostAsync(
            "/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel)));
    }

    public async Task<JsonElement> AskedAsync(string body)
    {
        var (status, answer) = await SendAsync(body);
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    public Task StopAsync() => _server.StopAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _asked.Dispose();
    }
}
