using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Tests;

/// <summary>
/// A server that others wrote: npm's @dwmkerr/mock-llm, which answers with the last message. Start it with <c>npx @dwmkerr/mock-llm</c> and
/// name its address, such as http://127.0.0.1:6556/v1, in the environment variable MEDQA_MOCK_LLM.
/// </summary>
public sealed class MockLlmTests
{
    [Fact]
    public async Task It_answers_with_the_last_message_and_counts_tokens()
    {
        var address = Environment.GetEnvironmentVariable("MEDQA_MOCK_LLM");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "MEDQA_MOCK_LLM does not name a running @dwmkerr/mock-llm.");
        using var folder = new ModelFolder($$"""{"address": "{{address}}", "model": "gpt-4", "contextLength": 8192, "supports": {"seed": true} }""");
        await using var model = EndpointModel.Open(folder.Path, new EndpointOptions());
        var (samples, usage) = await ModelFolder.AskAsync(model, ModelFolder.Request(count: 3), "Which vitamin?");
        Assert.All(samples, static sample => Assert.Equal(("Which vitamin?", SampleEnd.EndToken), (sample.Text, sample.End)));
        Assert.Equal((3, 0, 0), (usage.Requests, usage.LostRequests, usage.UncountedRequests));
        Assert.True(usage.PromptTokens > 0 && usage.CompletionTokens > 0);
        Assert.Equal(["gpt-4"], usage.Versions);
    }
}
