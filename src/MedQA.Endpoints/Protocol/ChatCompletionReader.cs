using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Endpoints.Protocol;

/// <summary>
/// Reads answers of the OpenAI chat-completions protocol as services in fact write them: OpenAI and Azure OpenAI, vLLM, SGLang, Ollama.
/// </summary>
internal static class ChatCompletionReader
{
    private const int MaxVersionLength = 128;

    /// <summary>No request has more tokens: a larger number is none, and would spoil every sum.</summary>
    private const long MaxTokens = 1_000_000_000;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads an answer.</summary>
    /// <returns><see langword="null"/> if it is no JSON of a chat completion.</returns>
    public static ChatCompletion? Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var answer = JsonElement.Parse(utf8.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8);
            return answer.ValueKind == JsonValueKind.Object
                ? new ChatCompletion(ChoicesOf(answer), UsageOf(answer), VersionOf(answer))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or not in UTF-8.
            return null;
        }
    }

    private static ImmutableArray<ChatChoice> ChoicesOf(JsonElement answer) =>
        answer.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array
            ? [.. choices.EnumerateArray().OrderBy(static choice => IndexOf(choice)).Select(ChoiceOf).OfType<ChatChoice>()]
            : [];

    private static int IndexOf(JsonElement choice) =>
        choice.ValueKind == JsonValueKind.Object && LongOf(choice, "index") is { } index and >= 0 and <= int.MaxValue
            ? (int)index
            : int.MaxValue;

    private static ChatChoice? ChoiceOf(JsonElement choice)
    {
        if (choice.ValueKind != JsonValueKind.Object || EndOf(choice) is not { } end)
        {
            return null;
        }

        var message = choice.TryGetProperty("message", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        if (message.ValueKind == JsonValueKind.Undefined && end != SampleEnd.ContentFilter)
        {
            return null;
        }

        var (logLikelihood, tokens) = LogLikelihoodOf(choice);
        return new ChatChoice
        {
            Text = TextOf(message, "content") is { Length: > 0 } text ? text : TextOf(message, "refusal") ?? "",
            Thought = TextOf(message, "reasoning_content") is { Length: > 0 } thought
                ? thought
                : TextOf(message, "reasoning") is { Length: > 0 } reasoning ? reasoning : null,
            End = end,
            LogLikelihood = logLikelihood,
            ScoredTokens = tokens,
        };
    }

    /// <summary>
    /// Returns why an answer ended; <see langword="null"/> if the service gave up on it. A reason that is not known counts as the end of a
    /// turn. vLLM names the stop text in <c>stop_reason</c>, SGLang in <c>matched_stop</c>; others do not tell it from an end token.
    /// </summary>
    private static SampleEnd? EndOf(JsonElement choice) => StringOf(choice, "finish_reason") switch
    {
        "length" or "max_tokens" or "model_length" => SampleEnd.MaxTokens,
        "content_filter" => SampleEnd.ContentFilter,
        "abort" or "error" or "cancelled" => null,
        _ => StringOf(choice, "stop_reason") is not null || StringOf(choice, "matched_stop") is not null
            ? SampleEnd.StopText
            : SampleEnd.EndToken,
    };

    private static (double Sum, int Tokens) LogLikelihoodOf(JsonElement choice)
    {
        if (!choice.TryGetProperty("logprobs", out var logprobs)
            || logprobs.ValueKind != JsonValueKind.Object
            || !logprobs.TryGetProperty("content", out var tokens)
            || tokens.ValueKind != JsonValueKind.Array
            || tokens.GetArrayLength() == 0)
        {
            return (double.NaN, 0);
        }

        var sum = 0.0;
        foreach (var token in tokens.EnumerateArray())
        {
            sum += token.ValueKind == JsonValueKind.Object
                && token.TryGetProperty("logprob", out var value)
                && value.ValueKind == JsonValueKind.Number
                ? value.GetDouble()
                : double.NaN;
        }

        return double.IsFinite(sum) ? (sum, tokens.GetArrayLength()) : (double.NaN, 0);
    }

    private static ChatUsage? UsageOf(JsonElement answer)
    {
        if (!answer.TryGetProperty("usage", out var usage)
            || usage.ValueKind != JsonValueKind.Object
            || LongOf(usage, "prompt_tokens") is not ({ } prompt and >= 0 and <= MaxTokens))
        {
            return null;
        }

        // A prompt alone may have no completion tokens stated: the total tells them.
        var completion = LongOf(usage, "completion_tokens") ?? (LongOf(usage, "total_tokens") - prompt);
        var thoughts = usage.TryGetProperty("completion_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object
            ? LongOf(details, "reasoning_tokens") ?? 0
            : 0;
        return completion is >= 0 and <= MaxTokens
            ? new ChatUsage(prompt, completion.Value, Math.Clamp(thoughts, 0, completion.Value))
            : null;
    }

    /// <summary>Returns the model's name as served, and the fingerprint of what serves it where the answer has one.</summary>
    private static string? VersionOf(JsonElement answer)
    {
        var parts = new[] { StringOf(answer, "model"), StringOf(answer, "system_fingerprint") };
        var version = string.Join(' ', parts.Where(static part => part is { Length: > 0 }));
        return version.Length is > 0 and <= MaxVersionLength && version.All(static sign => !char.IsControl(sign)) ? version : null;
    }

    /// <summary>Returns a text, which may be written as an array of parts.</summary>
    private static string? TextOf(JsonElement message, string name)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty(name, out var content))
        {
            return null;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return content.ValueKind == JsonValueKind.String ? JsonTexts.Of(content) : null;
        }

        var text = new StringBuilder();
        foreach (var part in content.EnumerateArray())
        {
            text.Append(part.ValueKind switch
            {
                JsonValueKind.String => JsonTexts.Of(part),
                JsonValueKind.Object => StringOf(part, "text"),
                _ => null,
            });
        }

        return text.ToString();
    }

    private static string? StringOf(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? JsonTexts.Of(found) : null;

    /// <summary>Returns a whole number, which may be written as 100.0.</summary>
    private static long? LongOf(JsonElement value, string name) =>
        !value.TryGetProperty(name, out var found) || found.ValueKind != JsonValueKind.Number ? null
        : found.TryGetInt64(out var number) ? number
        : found.TryGetDouble(out var real) && real == Math.Floor(real) && Math.Abs(real) <= MaxTokens ? (long)real
        : null;
}
