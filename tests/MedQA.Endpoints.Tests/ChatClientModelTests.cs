using MedQA.Evaluation.LanguageModels;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace MedQA.Endpoints.Tests;

public sealed class ChatClientModelTests
{
    private static readonly ChatClientSettings Settings = new()
    {
        Name = "other",
        Host = "provider.example",
        Model = "large",
        ContextLength = 1000,
        Prices = new TokenPrices(1, 2, "USD"),
        TakesSeeds = true,
    };

    [Fact]
    public async Task Each_sample_is_one_request_with_its_own_seed()
    {
        using var client = new Scripted(static (_, _) => new ChatResponse(new ChatMessage(
            ChatRole.Assistant, [new TextReasoningContent("Hm."), new TextContent("Answer: (C) ### more")]))
        {
            FinishReason = ChatFinishReason.Stop,
            ModelId = "large-1",
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 20 },
        });
        using var model = new ChatClientModel(client, Settings);
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 3, first: 1, stop: "###") with { TopP = 0.5 });
        Assert.Equal([1, 2, 3], samples.Select(static sample => sample.Index));
        Assert.All(samples, static sample => Assert.Equal(
            ("Answer: (C) ", "Hm.", SampleEnd.StopText, 20), (sample.Text, sample.Thought, sample.End, sample.DrawnTokens)));
        Assert.Equal((3, 30L, 60L, 0.00015m), (usage.Requests, usage.PromptTokens, usage.CompletionTokens, usage.Cost));
        Assert.Equal(["large-1"], usage.Versions);
        Assert.Equal(3, client.Asked.Select(static asked => asked.Options!.Seed).Distinct().Count());
        Assert.All(client.Asked, static asked => Assert.Equal(
            ("large", 0.7f, 0.5f, 64, "###"),
            (asked.Options!.ModelId, asked.Options.Temperature, asked.Options.TopP, asked.Options.MaxOutputTokens, asked.Options.StopSequences!.Single())));
        Assert.All(client.Asked, static asked => Assert.Equal(
            ["system: Answer the question.", "user: Which vitamin does a person with scurvy lack?"],
            asked.Messages.Select(static message => $"{message.Role}: {message.Text}")));
    }

    [Theory]
    [InlineData("length", SampleEnd.MaxTokens)]
    [InlineData("content_filter", SampleEnd.ContentFilter)]
    [InlineData("other", SampleEnd.EndToken)]
    public async Task The_reason_of_the_end_is_read(string reason, SampleEnd end)
    {
        using var client = new Scripted((_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Yes.")) { FinishReason = new ChatFinishReason(reason) });
        using var model = new ChatClientModel(client, Settings);
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
        Assert.Equal(end, samples[0].End);
        Assert.Equal((1, 1), (usage.Requests, usage.UncountedRequests));
    }

    [Fact]
    public async Task A_client_that_fails_makes_the_model_unavailable_and_the_request_may_be_paid_for()
    {
        using var client = new Scripted(static (_, _) => throw new InvalidOperationException("It broke."));
        using var model = new ChatClientModel(client, Settings);
        var (fault, usage) = await ModelFolder.FailAsync<ModelUnavailableException>(model, ModelFolder.Request());
        Assert.Contains("provider.example", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, usage.LostRequests);
    }

    [Fact]
    public async Task An_answer_without_messages_is_none()
    {
        using var client = new Scripted(static (_, _) => new ChatResponse());
        using var model = new ChatClientModel(client, Settings);
        await ModelFolder.FailAsync<AnswerRefusedException>(model, ModelFolder.Request());
    }

    [Fact]
    public async Task Several_questions_are_asked_at_once_where_one_does_not_keep_all_requests_under_way()
    {
        using var client = new Scripted(static (_, _) => new ChatResponse());
        using var model = new ChatClientModel(client, Settings with { Concurrency = 12 });
        Assert.Equal(2, await model.GetQuestionsAtOnceAsync(11, 256, TestContext.Current.CancellationToken));
        Assert.Equal("endpoint; provider.example; large", model.Description.EngineFingerprint);
        Assert.NotEqual(model.Description.Fingerprint, new ChatClientModel(client, Settings with { Model = "small" }).Description.Fingerprint);
    }

    private sealed class Scripted(Func<IEnumerable<ChatMessage>, ChatOptions?, ChatResponse> answer) : IChatClient
    {
        private readonly List<(ChatMessage[] Messages, ChatOptions? Options)> _asked = [];

        public IReadOnlyList<(ChatMessage[] Messages, ChatOptions? Options)> Asked => _asked;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            lock (_asked)
            {
                _asked.Add(([.. messages], options));
            }

            return Task.FromResult(answer(messages, options));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
