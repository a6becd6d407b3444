using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests;

/// <summary>
/// A server that others wrote: npm's @dwmkerr/mock-llm, which answers with the last message. Start it with <c>npx @dwmkerr/mock-llm</c> and
/// name its address, such as http://127.0.0.1:6556/v1, in the environment variable MEDQA_MOCK_LLM.
/// </summary>
public sealed class MockLlmTests
{
    [Fact]
    public async Task It_answers_with_the_last_message_and_does_not_say_what_it_counted()
    {
        using var folder = new ModelFolder(
            $$"""{"address": "{{Address()}}", "model": "gpt-4", "contextLength": 8192, "supports": {"seed": true} }""");
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 3), "Which vitamin?");
        Assert.All(samples, static sample => Assert.Equal(("Which vitamin?", SampleEnd.EndToken), (sample.Text, sample.End)));
        Assert.Equal((3, 0, 3), (usage.Requests, usage.LostRequests, usage.UncountedRequests));
        Assert.Equal(["gpt-4"], usage.Versions);
    }

    [Fact]
    public async Task Its_faults_are_tried_again_until_it_answers()
    {
        using var folder = new ModelFolder($$"""{"address": "{{Address()}}", "model": "gpt-4", "contextLength": 8192}""");
        using var client = new HttpClient { BaseAddress = new Uri(new Uri(Address()), "/") };
        using var faults = new StringContent(
            """
            {"rules": [
              {"path": "/v1/chat/completions", "sequence": 0, "response": {"status": 429, "content": "{\"error\": {\"code\": \"rate_limit_exceeded\"}}"}},
              {"path": "/v1/chat/completions", "sequence": 1, "response": {"status": 503, "content": "{}"}},
              {"path": "/v1/chat/completions", "sequence": 2, "response": {"status": 200, "content": "{\"object\": \"nothing\"}"}},
              {"path": "/v1/chat/completions", "sequence": 3, "response": {"status": 200, "content": "{\"model\": \"m\", \"usage\": {\"prompt_tokens\": 5, \"completion_tokens\": 7}, \"choices\": [{\"message\": {\"content\": \"Answer: (B)\"}, \"finish_reason\": \"stop\"}]}"}}
            ]}
            """,
            System.Text.Encoding.UTF8,
            "application/json");
        (await client.PostAsync(new Uri("config", UriKind.Relative), faults, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        try
        {
            await using var model = EndpointModel.Open(folder.Path, new EndpointOptions { Time = new ImpatientTime() });
            var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request());
            Assert.Equal("Answer: (B)", samples[0].Text);
            Assert.Equal((2, 1, 5L, 7L), (usage.Requests, usage.UncountedRequests, usage.PromptTokens, usage.CompletionTokens));
        }
        finally
        {
            await client.DeleteAsync(new Uri("config", UriKind.Relative), TestContext.Current.CancellationToken);
        }
    }

    private static string Address()
    {
        var address = Environment.GetEnvironmentVariable("MEDQA_MOCK_LLM");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "MEDQA_MOCK_LLM does not name a running @dwmkerr/mock-llm.");
        return address;
    }
}
