using Microsoft.Extensions.AI;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Protocol;

/// <summary>Reads answers of an <see cref="IChatClient"/>.</summary>
internal static class ChatResponseReader
{
    /// <summary>Returns an answer, with one choice or none.</summary>
    public static ChatCompletion Read(ChatResponse response)
    {
        var thoughts = response.Messages.SelectMany(static message => message.Contents).OfType<TextReasoningContent>();
        var choice = new ChatChoice
        {
            Text = response.Text,
            Thought = string.Concat(thoughts.Select(static part => part.Text)) is { Length: > 0 } thought ? thought : null,
            End = EndOf(response.FinishReason),
        };
        return new ChatCompletion(response.Messages.Count == 0 ? [] : [choice], UsageOf(response.Usage), response.ModelId);
    }

    private static SampleEnd EndOf(ChatFinishReason? reason) =>
        reason == ChatFinishReason.Length ? SampleEnd.MaxTokens
        : reason == ChatFinishReason.ContentFilter ? SampleEnd.ContentFilter
        : SampleEnd.EndToken;

    private static ChatUsage? UsageOf(UsageDetails? usage) =>
        usage is { InputTokenCount: { } prompt and >= 0, OutputTokenCount: { } completion and >= 0 }
            ? new ChatUsage(prompt, completion, Math.Max(usage.ReasoningTokenCount ?? 0, 0))
            : null;
}
