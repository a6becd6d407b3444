using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Testing.Loopback;

namespace MedQA.Endpoints.Tests;

/// <summary>A model behind a server on TCP that answers well; see <see cref="EndpointFaultTests"/> for the rest.</summary>
public sealed class EndpointModelTests
{
    private static readonly string[] Fields =
        ["logprobs", "max_completion_tokens", "messages", "min_p", "model", "n", "reasoning_effort", "seed", "stop", "stream", "temperature", "top_k", "top_p"];

    [Fact]
    public async Task Samples_come_from_one_request_each_with_only_the_fields_that_every_service_takes()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 3, first: 2, stop: "###"));
        Assert.Equal([2, 3, 4], samples.Select(static sample => sample.Index));
        Assert.All(samples, static sample => Assert.StartsWith("One of them fits", sample.Text, StringComparison.Ordinal));
        Assert.All(samples, static sample => Assert.Equal(SampleEnd.EndToken, sample.End));
        Assert.Equal(3, server.Exchanges.Count);
        Assert.All(server.Exchanges, static exchange => Assert.Equal(
            ["max_tokens", "messages", "model", "stream", "temperature"],
            exchange.Request.Body.EnumerateObject().Select(static field => field.Name).Order(StringComparer.Ordinal)));
        var messages = server.Exchanges[0].Request.Body.GetProperty("messages");
        Assert.Equal(
            """[{"role":"system","content":"Answer the question."},{"role":"user","content":"Which vitamin does a person with scurvy lack?"}]""",
            messages.GetRawText());
        AssertCharged(server, usage);
        Assert.Equal((3, 0, 0), (usage.Requests, usage.LostRequests, usage.UncountedRequests));
        Assert.Equal(["loopback-2026-01-01"], usage.Versions);
        Assert.Null(usage.Cost);
        Assert.Equal(usage.CompletionTokens, samples.Sum(static sample => sample.DrawnTokens));
    }

    [Fact]
    public async Task All_samples_come_from_one_request_with_every_field_where_the_service_takes_them()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript
        {
            Answer = static (_, index) => $"Words {string.Concat(Enumerable.Repeat("more ", index))}###",
            Thought = static (_, _) => "Let me see.",
        });
        using var folder = new ModelFolder(server.EndpointJson("""
            "supports": {"n": true, "seed": true, "logprobs": true, "stop": true, "topK": true, "minP": true},
            "maxTokensField": "max_completion_tokens", "options": {"reasoning_effort": "low"},
            "prices": {"input": 1000, "output": 2000, "currency": "EUR"}
            """));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var request = ModelFolder.Request(count: 3, stop: "###") with { TopP = 0.9, TopK = 40, MinP = 0.05, Stage = 1 };
        var (samples, usage) = await ModelFolder.AskAsync(model, request);
        var exchange = Assert.Single(server.Exchanges);
        Assert.Equal(Fields, exchange.Request.Body.EnumerateObject().Select(static field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal(3, exchange.Request.Count);
        Assert.Equal(["Words ", "Words more ", "Words more more "], samples.Select(static sample => sample.Text));
        Assert.All(samples, static sample => Assert.Equal((SampleEnd.StopText, "Let me see."), (sample.End, sample.Thought)));
        Assert.Equal([-0.5, -1, -1.5], samples.Select(static sample => sample.LogLikelihood));
        Assert.Equal(usage.CompletionTokens, samples.Sum(static sample => sample.DrawnTokens));
        Assert.Equal(((usage.PromptTokens * 1000m) + (usage.CompletionTokens * 2000m)) / 1_000_000, usage.Cost);
        AssertCharged(server, usage);
    }

    [Fact]
    public async Task A_service_that_ignores_n_is_asked_for_the_rest()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { TakesN = false });
        using var folder = new ModelFolder(server.EndpointJson("\"supports\": {\"n\": true}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 4));
        Assert.Equal([0, 1, 2, 3], samples.Select(static sample => sample.Index));
        Assert.Equal([4, 3, 2, 1], server.Exchanges.Select(static exchange => exchange.Request.Count));
        AssertCharged(server, usage);
    }

    [Fact]
    public async Task A_sample_has_the_same_seed_whether_it_is_drawn_at_once_or_in_waves()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson("\"supports\": {\"seed\": true}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (atOnce, _) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 6));
        var (first, _) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 2));
        var (rest, _) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 4, first: 2));
        Assert.Equal(atOnce.Select(static sample => sample.Text), first.Concat(rest).Select(static sample => sample.Text));
        Assert.Equal(6, server.Exchanges.Select(static exchange => exchange.Request.Seed).Distinct().Count());
        Assert.Contains(server.Exchanges, static exchange => exchange.Request.Seed == 1239396195);
    }

    [Fact]
    public async Task Stop_texts_end_a_sample_also_where_the_service_takes_none()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Answer = static (_, _) => "Answer: (C)\n\nQuestion: What else?" });
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, _) = await ModelFolder.AskAsync(model, ModelFolder.Request(stop: "\n\nQuestion"));
        Assert.Equal(("Answer: (C)", SampleEnd.StopText), (samples[0].Text, samples[0].End));
        Assert.DoesNotContain("stop", server.Exchanges[0].Request.Body.EnumerateObject().Select(static field => field.Name));
    }

    [Fact]
    public async Task A_sample_that_is_cut_at_the_most_tokens_says_so()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, _) = await ModelFolder.AskAsync(model, ModelFolder.Request(maxTokens: 3));
        Assert.Equal(("One of them", SampleEnd.MaxTokens, 3), (samples[0].Text, samples[0].End, samples[0].DrawnTokens));
    }

    [Fact]
    public async Task A_service_with_a_temperature_of_its_own_is_sent_none()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson("\"fixedTemperature\": true"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        await ModelFolder.AskAsync(model, ModelFolder.Request() with { TopP = 0.5 });
        Assert.Equal(
            ["max_tokens", "messages", "model", "stream"],
            server.Exchanges[0].Request.Body.EnumerateObject().Select(static field => field.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("api-key")]
    public async Task The_key_of_the_variable_goes_into_its_header(string header)
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Credential = "sk-loopback-1" });
        using var folder = new ModelFolder(server.EndpointJson($$"""
            "authentication": {"environmentVariable": "LOOPBACK_KEY", "header": "{{header}}"}
            """));
        await using var model = EndpointModel.Open(
            folder.Path, new EndpointOptions { ReadVariable = static name => name == "LOOPBACK_KEY" ? "sk-loopback-1\n" : null });
        await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal("sk-loopback-1", Assert.Single(server.Exchanges).Request.Credential);
    }

    [Theory]
    [InlineData(null, "not set")]
    [InlineData(" ", "not set")]
    [InlineData("sk one\ntwo", "characters that no key has")]
    public void A_key_that_is_missing_or_none_is_told_when_the_model_is_opened(string? key, string said)
    {
        using var folder = new ModelFolder("""
            {"address": "https://example.com/v1", "model": "m", "contextLength": 10, "authentication": {"environmentVariable": "LOOPBACK_KEY"}}
            """);
        var fault = Assert.Throws<InputException>(() => EndpointModel.Open(folder.Path, new EndpointOptions { ReadVariable = _ => key }));
        Assert.Contains("LOOPBACK_KEY", fault.Message, StringComparison.Ordinal);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk one", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(EndpointFile.Read(folder.Path).Describe());
    }

    [Fact]
    public async Task No_more_requests_run_at_once_than_the_file_allows()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Delay = TimeSpan.FromMilliseconds(20) });
        using var folder = new ModelFolder(server.EndpointJson("\"limits\": {\"concurrency\": 3}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(question => ModelFolder.AskAsync(model, ModelFolder.Request(count: 5), $"Question {question}?")));
        Assert.Equal(20, server.Exchanges.Count);
        Assert.Equal(3, server.MostAtOnce);
    }

    [LongFact]
    public async Task Two_thousand_questions_at_half_a_second_and_16_at_once_take_little_more_than_their_time()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Delay = TimeSpan.FromMilliseconds(500) });
        using var folder = new ModelFolder(server.EndpointJson("\"limits\": {\"concurrency\": 16}"));
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(question => ModelFolder.AskAsync(model, ModelFolder.Request(), $"Question {question}?")));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.FromSeconds(62.5), 1.3 * TimeSpan.FromSeconds(62.5));
        Assert.Equal(16, server.MostAtOnce);
    }

    [Fact]
    public async Task Two_workers_with_half_of_the_limits_each_keep_them_together()
    {
        await using var server = LoopbackChatServer.Start(new LoopbackChatScript { Delay = TimeSpan.FromMilliseconds(20) });
        using var folder = new ModelFolder(server.EndpointJson("\"limits\": {\"concurrency\": 4, \"requestsPerMinute\": 10}"));
        var time = new ImpatientTime();
        await using var one = EndpointModel.Open(folder.Path, new EndpointOptions());
        await using var other = EndpointModel.Open(folder.Path, new EndpointOptions { Time = time });
        one.UseShare(0.5);
        other.UseShare(0.5);
        Assert.Equal(2, await one.GetQuestionsAtOnceAsync(1, 256, TestContext.Current.CancellationToken));
        await Task.WhenAll(
            ModelFolder.AskAsync(one, ModelFolder.Request(count: 5), "One?"), ModelFolder.AskAsync(other, ModelFolder.Request(count: 5), "Other?"));
        Assert.Equal(10, server.Exchanges.Count);
        Assert.InRange(server.MostAtOnce, 2, 4);
        Assert.Empty(time.Waits);

        // The sixth request of the minute has to wait for it.
        await ModelFolder.AskAsync(other, ModelFolder.Request(), "One more?");
        Assert.InRange(time.GetElapsedTime(new ImpatientTime().GetTimestamp()), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(62));
    }

    [Theory]
    [InlineData(false, 1, 16)]
    [InlineData(false, 11, 2)]
    [InlineData(false, 41, 1)]
    [InlineData(true, 11, 16)]
    public async Task As_many_questions_are_asked_at_once_as_keep_all_requests_under_way(bool takesN, int samples, int questions)
    {
        using var folder = new ModelFolder($$"""
            {"address": "http://localhost/v1", "model": "m", "contextLength": 10, "limits": {"concurrency": 16}, "supports": {"n": {{(takesN ? "true" : "false")}} } }
            """);
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        Assert.Equal(questions, await model.GetQuestionsAtOnceAsync(samples, 256, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_an_endpoint_cannot_do_is_refused_as_input()
    {
        using var folder = new ModelFolder("""{"address": "http://localhost/v1", "model": "m", "contextLength": 100}""");
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Throws<InputException>(() => model.CountTokens(new CompletionPrompt("Once", 0)));
        await Assert.ThrowsAsync<InputException>(() => model.ReadAsync(new CompletionPrompt("Once", 0), cancellation));
        await using var read = await model.ReadAsync(ModelFolder.Prompt(), cancellation);
        await Assert.ThrowsAsync<InputException>(() => read.ScoreAsync([], cancellation));
        await Assert.ThrowsAsync<InputException>(() => read.RescoreAsync([], cancellation));
        await Assert.ThrowsAsync<InputException>(() => read.SampleAsync(ModelFolder.Request(maxTokens: 1) with { TopK = 5 }, cancellation));
        await Assert.ThrowsAsync<ContextOverflowException>(() => read.SampleAsync(ModelFolder.Request(maxTokens: 90), cancellation));
        await Assert.ThrowsAsync<ContextOverflowException>(() => model.ReadAsync(ModelFolder.Prompt(new string('x', 1000)), cancellation));
    }

    [Fact]
    public async Task A_copy_with_a_meter_counts_for_itself_and_leaves_the_connections_open()
    {
        await using var server = LoopbackChatServer.Start();
        using var folder = new ModelFolder(server.EndpointJson());
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var copy = (EndpointModel)model.WithMeter(new UsageMeter());
        await copy.DisposeAsync();
        var (_, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal(1, usage.Requests);
    }

    private static void AssertCharged(LoopbackChatServer server, TokenUsage usage)
    {
        Assert.Equal(server.Exchanges.Where(static exchange => exchange.IsStated).Sum(static exchange => exchange.PromptTokens), usage.PromptTokens);
        Assert.Equal(
            server.Exchanges.Where(static exchange => exchange.IsStated).Sum(static exchange => exchange.CompletionTokens), usage.CompletionTokens);
    }
}
